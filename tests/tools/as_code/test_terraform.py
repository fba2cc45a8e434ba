"""Terraform itself reads a configuration as it was meant, where it is installed.

The provider for AWS comes from HashiCorp's registry, which tests do not reach. So each resource
stands for one of Terraform's own, with its arguments as input: what is put to the test is what
the provider has no part in, references and everything that Terraform replaces in a text.
"""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.tools.as_code.conftest import DAY, HOSTILE, AssessFor, renamed, written
from tools.as_code.terraform import label

GIVEN = {
    "OnCallTopicArn": "arn:aws:sns:us-east-1:123456789012:on-call",
    "LambdaFaultsArn": "arn:aws:s3:::faults/shop/*",
}
TAG = "a ${file(1)} $${x} %{ b } %%{y} $$ ${"
needs_terraform = pytest.mark.skipif(not shutil.which("terraform"), reason="no terraform here")


@needs_terraform
def test_terraform_reads_what_cloudformation_reads(assessed: AssessFor, tmp_path: Path) -> None:
    report, snapshot, reckoning = assessed("shop", DAY)
    asked = report, renamed(snapshot, HOSTILE, TAG), reckoning
    [template] = written(asked, terraform=True).templates
    configuration = json.loads(template.text)
    variables = configuration["variable"]
    given = {label(name): each for name, each in GIVEN.items() if label(name) in variables}
    (tmp_path / "main.tf.json").write_text(json.dumps(_built_in(configuration)))
    (tmp_path / "terraform.tfvars.json").write_text(json.dumps(given))
    _run(tmp_path, "init", "-input=false")
    _run(tmp_path, "validate")
    _run(tmp_path, "apply", "-auto-approve", "-input=false")
    module = json.loads(_run(tmp_path, "show", "-json"))["values"]["root_module"]
    read = {each["name"]: each["values"]["output"] for each in module["resources"]}
    assert len(read) == sum(map(len, configuration["resource"].values()))

    [other] = written(asked).templates
    properties = [each["Properties"] for each in yaml.safe_load(other.text)["Resources"].values()]
    for ours, theirs in (
        ("AlarmName", "alarm_name"),
        ("DashboardBody", "dashboard_body"),
        ("LogGroupName", "name"),
    ):
        wanted = {each[ours] for each in properties if ours in each}
        assert wanted
        assert wanted <= {each[theirs] for each in read.values() if theirs in each}
    experiments = [each for each in properties if "StopConditions" in each]
    assert {each["Description"] for each in experiments} == {
        each["description"] for each in read.values() if "stop_condition" in each
    }
    assert all(each["tags"]["workload"] == TAG for each in read.values() if "alarm_name" in each)
    policies = [json.loads(each["policy"]) for each in read.values() if "policy" in each]
    assert policies == [
        _filled(p["PolicyDocument"]) for e in properties for p in e.get("Policies", ())
    ]


def _built_in(configuration: dict[str, Any]) -> dict[str, Any]:
    """The same with resources of the provider that is built in."""
    return {
        "variable": configuration["variable"],
        "resource": {
            "terraform_data": {
                f"{kind}__{name}": {
                    "input": _referring({k: v for k, v in body.items() if k != "lifecycle"})
                }
                for kind, blocks in configuration["resource"].items()
                for name, body in blocks.items()
            }
        },
    }


def _referring(value: Any) -> Any:
    if isinstance(value, str):
        return re.sub(
            r"(?<!\$)\$\{(aws_\w+)\.(\w+)\.(arn|id)\}", r"${terraform_data.\1__\2.id}", value
        )
    if isinstance(value, dict):
        return {_referring(key): _referring(each) for key, each in value.items()}
    return [_referring(each) for each in value] if isinstance(value, list) else value


def _filled(value: Any) -> Any:
    """CloudFormation's references to parameters, as they were given."""
    if isinstance(value, dict):
        if value.keys() == {"Ref"}:
            return GIVEN[value["Ref"]]
        return {key: _filled(each) for key, each in value.items()}
    return [_filled(each) for each in value] if isinstance(value, list) else value


def _run(folder: Path, *arguments: str) -> str:
    settings = {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
    kept = {key: each for key, each in os.environ.items() if not key.startswith("TF_")}
    done = subprocess.run(
        ["terraform", *arguments, *(["-no-color"] if "-json" not in arguments else [])],
        cwd=folder,
        env={**kept, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
