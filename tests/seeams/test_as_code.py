"""`seeams as-code`, as a user runs it."""

import json
from collections.abc import Callable
from pathlib import Path

import yaml
from typer.testing import Result

from seeams.commands.writing_code import file_for
from state.as_code import AsCode

Seeams = Callable[..., Result]


def test_a_template_and_nothing_else_on_stdout(seeams: Seeams, assessed: str) -> None:
    shown = seeams("as-code", "--thread", "shop", "alarms", "--store", assessed)
    assert shown.exit_code == 0, shown.stderr
    kinds = {each["Type"] for each in yaml.safe_load(shown.stdout)["Resources"].values()}
    assert kinds == {"AWS::CloudWatch::Alarm", "AWS::CloudWatch::Dashboard"}
    assert "to be given: OnCallTopicArn" in shown.stderr


def test_a_file_is_in_the_format_of_its_name(seeams: Seeams, assessed: str, tmp_path: Path) -> None:
    asked = ("as-code", "--thread", "shop", "--store", assessed)
    for options in ((), ("--format", "terraform")):
        file = tmp_path / f"shop{len(options)}.tf.json"
        shown = seeams(*asked, *options, "--output", str(file))
        assert shown.exit_code == 0, shown.stderr
        assert not shown.stdout
        assert "aws_cloudwatch_metric_alarm" in json.loads(file.read_text())["resource"]
    for name, options in (("shop.yaml", ("--format", "terraform")), ("shop.tf", ())):
        wrong = seeams(*asked, *options, "--output", str(tmp_path / name))
        assert wrong.exit_code == 2
        assert "terraform is .tf.json" in wrong.stderr


def test_each_region_has_a_file_and_terraforms_a_folder() -> None:
    """Two files in a folder are one module to Terraform, in which a provider stands once."""
    yaml_file, tf_file = Path("out/shop.v2.yaml"), Path("out/shop.tf.json")
    assert file_for(yaml_file, "eu-west-1") == Path("out/shop.v2.eu-west-1.yaml")
    assert file_for(tf_file, "eu-west-1") == Path("out/eu-west-1/shop.tf.json")


def test_as_data(seeams: Seeams, assessed: str) -> None:
    shown = seeams("as-code", "--thread", "shop", "experiments", "--json", "--store", assessed)
    found = AsCode.model_validate(json.loads(shown.stdout))
    assert found.checkpoint
    assert [each.type for each in found.templates[0].declares if "FIS" in each.type]
    assert "AWS::IAM::Role" in {each.type for each in found.templates[0].declares}
    assert any("CAPABILITY_IAM" in note for note in found.notes)


def test_an_unknown_thread_is_named(seeams: Seeams, stored: str) -> None:
    shown = seeams("as-code", "--thread", "nobody", "--store", stored)
    assert shown.exit_code == 3
    assert "nobody" in shown.stderr
