"""Findings taken elsewhere: every format by its own rules, and names that are only names."""

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from botocore.session import Session
from botocore.validate import ParamValidator
from sarif_kit.validate import validation_errors

from graph.runs import assess
from seeams.exporting import Result, exporter_for, exporters
from seeams.exporting.csv import COLUMNS
from seeams.options import Output
from state.errors import StoreUnusable
from state.grades import Severity
from state.objectives import Objectives
from state.report import Report
from state.snapshot import Snapshot
from state.store import Store
from tests.graph.fakes import CountingAccount, request, snapshot
from tests.seeams.conftest import BUCKET, DATABASE, HOSTILE, Seeams
from tools.grading.reckoning import Reckoning

FORMULA = "=HYPERLINK(1)"


def no_checkpoint() -> Reckoning:
    raise StoreUnusable("this result has no checkpoint")


@pytest.fixture
def result(report: Report, snapshot: Snapshot) -> Result:
    """The hand-made report, its worst finding on two resources."""
    worst = report.findings[0].model_copy(update={"resources": (DATABASE, BUCKET)})
    findings = [worst, *report.findings[1:]]
    return Result(report.model_copy(update={"findings": findings}), snapshot, no_checkpoint)


@pytest.fixture(scope="module")
def assessed(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """What the product itself finds on databases made by hand."""
    folder = tmp_path_factory.mktemp("store")
    with Store(f"sqlite:///{folder}/seeams.db") as store:
        objectives = Objectives(rto_seconds=7200, rpo_seconds=1800)
        report = assess(store, request(), objectives, CountingAccount())
    assert len(report.findings) > 3
    return Result(report, snapshot(request()), no_checkpoint)


def exported(result: Result, name: str) -> str:
    found = exporter_for(Path(name))
    assert found is not None
    return found.write(result)


def test_formats_are_known_by_how_a_name_ends() -> None:
    for extension in exporters():
        found = exporter_for(Path(f"some.report{extension.upper()}"))
        assert found is not None
        assert found.extension == extension
    assert exporter_for(Path("report.pdf")) is None
    assert exporter_for(Path("csv")) is None


def test_the_option_names_every_format() -> None:
    said = get_args(Output)[1].help
    assert all(extension in said for extension in exporters())


@pytest.mark.parametrize("extension", sorted(exporters()))
def test_show_writes_each_format(
    seeams: Seeams, stored: str, tmp_path: Path, extension: str
) -> None:
    file = tmp_path / f"report{extension}"
    done = seeams("show", "shop", "--output", str(file), "--store", stored)
    assert done.exit_code == 0, done.stderr
    text = file.read_text("utf-8")
    assert "is in danger" in text
    assert "\x1b" not in text
    assert "\u202e" not in text


@pytest.mark.parametrize("extension", sorted(exporters()))
def test_the_same_result_is_the_same_file(assessed: Result, extension: str) -> None:
    assert exported(assessed, f"x{extension}") == exported(assessed, f"x{extension}")


# -- CSV -------------------------------------------------------------------------------------------


def test_csv_has_a_row_for_each_finding_on_each_resource(result: Result) -> None:
    rows = list(csv.DictReader(io.StringIO(exported(result, "x.csv"), newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert [(row["check"], row["resource"]) for row in rows] == [
        ("rds.backup_off", DATABASE),
        ("rds.backup_off", BUCKET),
        ("rds.single", DATABASE),
    ]
    assert [row["recovery_seconds"] for row in rows] == ["never", "never", "7200"]
    assert [row["resource_type"] for row in rows[:2]] == [
        "AWS::RDS::DBInstance",
        "AWS::S3::Bucket",
    ]
    assert "rds:DescribeDBInstances TagList[].Value" in rows[0]["evidence"]
    assert rows[1]["evidence"] == ""  # of the database


@pytest.mark.parametrize("name", [FORMULA, "+1", "-1", "@SUM(1)"])
def test_a_spreadsheet_runs_no_name(result: Result, name: str) -> None:
    known = result.snapshot.resources[DATABASE].model_copy(update={"name": name})
    renamed = result.snapshot.model_copy(update={"resources": {DATABASE: known}})
    text = exported(Result(result.report, renamed, no_checkpoint), "x.csv")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert rows[0]["name"] == f"'{name}"


# -- SARIF -----------------------------------------------------------------------------------------


def test_sarif_keeps_the_published_schema(result: Result, assessed: Result) -> None:
    for each in (result, assessed):
        assert validation_errors(json.loads(exported(each, "x.sarif"))) == []


def test_sarif_without_findings_keeps_the_schema(result: Result) -> None:
    empty = result.report.model_copy(update={"findings": [], "gaps": []})
    log = json.loads(exported(Result(empty, result.snapshot, no_checkpoint), "x.sarif"))
    assert validation_errors(log) == []
    assert log["runs"][0]["results"] == []


def test_code_scanning_can_place_and_track_each_result(assessed: Result) -> None:
    """What GitHub asks for beyond the schema: a path, a rule with help, a stable fingerprint."""
    (run,) = json.loads(exported(assessed, "x.sarif"))["runs"]
    rules = run["tool"]["driver"]["rules"]
    pairs = [(f.id, r) for f in assessed.report.findings for r in f.resources]
    assert [
        (r["ruleId"], r["locations"][0]["logicalLocations"][0]["fullyQualifiedName"])
        for r in run["results"]
    ] == pairs
    for each in run["results"]:
        assert rules[each["ruleIndex"]]["id"] == each["ruleId"]
        uri = each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert re.fullmatch(r"[\w.~%-]+(/[\w.~%-]+)*", uri)
    fingerprints = {r["partialFingerprints"]["primaryLocationLineHash"] for r in run["results"]}
    assert len(fingerprints) == len(pairs)
    for rule in rules:
        assert rule["help"]["text"]
        assert rule["helpUri"].startswith("https://docs.aws.amazon.com/")
    levels = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}
    for each in run["results"]:
        assert each["level"] == levels[each["properties"]["severity"]]


def test_a_fingerprint_outlives_wording_and_severity(result: Result) -> None:
    reworded = [
        f.model_copy(update={"title": "Another", "severity": Severity.LOW})
        for f in result.report.findings
    ]
    other = result.report.model_copy(update={"findings": reworded})

    def fingerprints(of: Result) -> list[str]:
        (run,) = json.loads(exported(of, "x.sarif"))["runs"]
        return [r["partialFingerprints"]["findingOnResource/v1"] for r in run["results"]]

    assert fingerprints(result) == fingerprints(Result(other, result.snapshot, no_checkpoint))


def test_what_has_no_way_back_is_not_said_to_cost_that(result: Result) -> None:
    effect = result.report.findings[0].effect.model_copy(update={"rto_seconds": None})
    worst = result.report.findings[0].model_copy(update={"effect": effect})
    report = result.report.model_copy(update={"findings": [worst]})
    changed = Result(report, result.snapshot, no_checkpoint)
    for name in ("x.sarif", "x.resiliencehub.json"):
        assert "At worst: no way back" in exported(changed, name), name


def test_a_name_opens_no_link_in_a_message(result: Result) -> None:
    known = result.snapshot.resources[DATABASE].model_copy(update={"name": "[x](https://evil)"})
    renamed = result.snapshot.model_copy(update={"resources": {DATABASE: known}})
    (run,) = json.loads(exported(Result(result.report, renamed, no_checkpoint), "x.sarif"))["runs"]
    assert all("](" not in each["message"]["text"] for each in run["results"])


def test_what_was_not_read_is_said(result: Result) -> None:
    (run,) = json.loads(exported(result, "x.sarif"))["runs"]
    (said,) = run["invocations"][0]["toolExecutionNotifications"]
    assert "backup:ListBackupPlans in eu-west-1 was not read (denied)" in said["message"]["text"]


# -- AWS Resilience Hub v2 -------------------------------------------------------------------------


def complaints(shape: Any, value: Any, at: str = "finding") -> Iterator[str]:
    """What AWS's model of a shape forbids and botocore leaves to the service: lengths, enums."""
    rules = shape.metadata
    if shape.type_name == "structure":
        for name, each in value.items():
            yield from complaints(shape.members[name], each, f"{at}.{name}")
    elif shape.type_name == "list":
        if len(value) > rules.get("max", len(value)):
            yield f"{at}: {len(value)} members"
        for each in value:
            yield from complaints(shape.member, each, f"{at}[]")
    elif shape.type_name == "string":
        if len(value) > rules.get("max", len(value)):
            yield f"{at}: {len(value)} characters"
        if value not in rules.get("enum", [value]):
            yield f"{at}: {value}"
        if not re.fullmatch(rules.get("pattern", r"[\s\S]*"), value):
            yield f"{at}: {value} does not match"


def finding_shape() -> Any:
    model = Session().get_service_model("resiliencehubv2")
    return model.operation_model("GetFailureModeFinding").output_shape.members["finding"]


def test_resilience_hub_takes_the_fields(result: Result, assessed: Result) -> None:
    long = assessed.report.findings[0].model_copy(
        update={"title": "Long " * 200, "recommendation": "word " * 2000}
    )
    wordy = assessed.report.model_copy(update={"findings": [long]})
    for each in (result, assessed, Result(wordy, assessed.snapshot, no_checkpoint)):
        document = json.loads(exported(each, "x.resiliencehub.json"))
        assert len(document["findings"]) == len(each.report.findings)
        for finding in document["findings"]:
            shape = finding_shape()
            assert not set(finding) - set(shape.members)
            assert not ParamValidator().validate(finding, shape).has_errors()
            assert list(complaints(shape, finding)) == []


def test_resilience_hubs_limits_are_seen_by_this_test() -> None:
    shape = finding_shape()
    wrong = {"description": "x" * 501, "severity": "CRITICAL", "findingId": "1"}
    assert len(list(complaints(shape, wrong))) == 3
    assert ParamValidator().validate({"name": 1}, shape).has_errors()


def test_a_policy_component_is_what_the_defect_puts_in_doubt(assessed: Result) -> None:
    document = json.loads(exported(assessed, "x.resiliencehub.json"))
    components = {
        finding.id: told["policyComponent"]
        for told, finding in zip(document["findings"], assessed.report.findings, strict=True)
    }
    assert components["cloudwatch.component_unalarmed"] == "AVAILABILITY_SLO"
    assert components["rds.instance_single_az"] == "MULTI_AZ_DISASTER_RECOVERY"


def test_what_only_makes_a_failure_seen_is_observability(assessed: Result) -> None:
    document = json.loads(exported(assessed, "x.resiliencehub.json"))
    observed = {
        finding.id
        for told, finding in zip(document["findings"], assessed.report.findings, strict=True)
        if told["observabilityRecommendations"]
    }
    assert "cloudwatch.component_unalarmed" in observed
    assert "rds.instance_single_az" not in observed


def test_hostile_names_stay_values(result: Result) -> None:
    document = json.loads(exported(result, "x.resiliencehub.json"))
    assert HOSTILE not in document["findings"][0]["description"]
    assert "[red]x[/] \\x1b[2J\\u202e" in document["findings"][0]["description"]
