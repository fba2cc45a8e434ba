"""What holds for every command: help, start-up, wrong use, bugs, interruption."""

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest
import typer
from typer.testing import Result

from seeams import __version__
from seeams.accounts import own_session, regions_of
from seeams.app import app
from seeams.asked import letter_of, objectives_instead, objectives_of, selector_of, thread_of
from seeams.assessment import stopping
from seeams.failures import Interrupted, Terminated, guarded
from seeams.outcomes import exit_code
from seeams.progress import Progress
from state.errors import InvalidDuration, InvalidObjectives, InvalidSelector, WrongUse
from state.objectives import Objectives
from state.report import Report

Seeams = Callable[..., Result]
COMMANDS = [command.name or "" for command in app.registered_commands]
HEAVY = (
    *("boto3", "botocore", "langgraph", "langchain_core", "moto", "mermaidx", "networkx"),
    *("matplotlib", "langchain", "langchain_aws", "mcp"),
)
NOT_FOR_HELP = ("jinja2", "humanize", "zstandard", "jmespath", "graph", "agents", "tools")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(seeams: Seeams, command: str) -> None:
    shown = seeams(command, "--help", env={"COLUMNS": "120"})
    assert shown.exit_code == 0
    assert f"Example: seeams {command}" in shown.stdout


def test_version(seeams: Seeams) -> None:
    assert seeams("--version").stdout == f"seeams {__version__}\n"


def imported(*commands: list[str]) -> set[str]:
    """Top-level packages in memory after commands in one process."""
    code = (
        "import sys, json\nfrom seeams.app import app\n"
        f"for arguments in {commands!r}:\n"
        "    try: app(arguments, prog_name='seeams')\n"
        "    except SystemExit as left: assert not left.code, arguments\n"
        "names = sorted({m.partition('.')[0] for m in sys.modules})\n"
        "sys.stderr.write('\\n' + json.dumps(names))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(ran.stderr.splitlines()[-1]))


def test_help_imports_typer_and_rich_only() -> None:
    assert imported(["--help"]) & {*HEAVY, *NOT_FOR_HELP, "pydantic"} == set()


def test_help_of_commands_imports_what_typer_needs_only() -> None:
    assert imported(*([name, "--help"] for name in COMMANDS)) & {*HEAVY, *NOT_FOR_HELP} == set()


def test_commands_that_only_look_something_up_import_no_machine(
    stored: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEEAMS_STORE", stored)
    assert imported(["threads"], ["show", "shop"]) & set(HEAVY) == set()
    assert imported(["checks"], ["iam-policy"]) & set(HEAVY) == set()


def test_no_color_and_pipes_are_plain(seeams: Seeams, stored: str) -> None:
    shown = seeams("show", "shop", "--store", stored, env={"NO_COLOR": "1"})
    assert "\x1b" not in shown.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("assess", "--rto", "24h", "--rpo", "12h"), "--tag key=value"),
        (("assess", "--tag", "a=b", "--stack", "c", "--rto", "1h", "--rpo", "1h"), "one way"),
        (("assess", "--tag", "workload", "--rto", "1h", "--rpo", "1h"), "no tag"),
        (("assess", "--tag", "a=b", "--rto", "1h"), "--rpo missing"),
        (("assess", "--tag", "a=b", "--rto", "soon", "--rpo", "1h"), "no duration"),
        (("assess", "--tag", "a=b", "--rto", "1h", "--rpo", "1h"), "which Region?"),
        (("assess", "--tag", "a=b", "--rto", "1h", "--rpo", "1h", "--output", "x.doc"), ".json"),
        (("assess", "--tag", "a=b", "--fail-under", "E"), "no letter"),
        (("assess", "--tag=a=b", "--rto=1h", "--rpo=1h", "--role-arn", "admin"), "is no ARN"),
        (("demo", "--workload", "nothing-like-it"), "no sample workload"),
        (("checks", "--category", "nothing-like-it"), "no category"),
        (("checks", "rds.instance_singel_az"), "did you mean rds.instance_single_az"),
    ],
)
def test_wrong_use_is_one_message(seeams: Seeams, arguments: tuple[str, ...], said: str) -> None:
    failed = seeams(*arguments)
    assert failed.exit_code == 2
    assert failed.stdout == ""
    assert said in failed.stderr
    assert "Traceback" not in failed.stderr


def test_a_profile_that_is_not_there_can_be_mended(seeams: Seeams) -> None:
    failed = seeams("assess", "--tag=a=b", "--rto=1h", "--rpo=1h", "--profile=nothing-like-it")
    assert failed.exit_code == 3
    assert "nothing-like-it" in failed.stderr


def test_the_region_is_the_one_that_the_settings_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS_REGION goes before AWS_DEFAULT_REGION, as for the AWS CLI; boto3 knows the latter."""
    session = own_session(None, None, None)
    with pytest.raises(WrongUse, match="which Region"):
        regions_of(session, None)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-west-2")
    assert regions_of(own_session(None, None, None), None) == ["us-west-2"]
    monkeypatch.setenv("AWS_REGION", "eu-north-1")
    assert regions_of(own_session(None, None, None), None) == ["eu-north-1"]
    assert regions_of(session, ["eu-west-1"]) == ["eu-west-1"]


def test_an_unknown_option_is_wrong_use(seeams: Seeams) -> None:
    assert seeams("demo", "--modle", "x").exit_code == 2


def test_a_bug_is_one_line_and_how_to_see_more(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise ZeroDivisionError("\x1b[2J")

    with pytest.raises(SystemExit) as left:
        guarded(broken)
    assert left.value.code == 70
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "SEEAMS_DEBUG=1" in said
    assert "\x1b" not in said
    monkeypatch.setenv("SEEAMS_DEBUG", "1")
    with pytest.raises(SystemExit):
        guarded(broken)
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("interruption", "code"), [(KeyboardInterrupt, 130), (typer.Abort, 130), (Terminated, 143)]
)
def test_an_interruption_says_how_to_go_on(
    interruption: type[BaseException], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted() -> None:
        raise interruption

    with pytest.raises(SystemExit) as left:
        guarded(interrupted)
    assert left.value.code == code
    assert "goes on where it stopped" in capsys.readouterr().err


def test_ctrl_c_while_still_loading_is_no_traceback() -> None:
    code = (
        "import sys, builtins\n"
        "from seeams.__main__ import main\n"
        "load = builtins.__import__\n"
        "def interrupted(name, *rest):\n"
        "    if name == 'seeams.app': raise KeyboardInterrupt\n"
        "    return load(name, *rest)\n"
        "builtins.__import__ = interrupted\n"
        "main()"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (130, "", "")


def test_sigterm_ends_a_run_like_ctrl_c() -> None:
    progress = Progress("reading")
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(Terminated), stopping(progress):
        signal.raise_signal(signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is before
    with pytest.raises(Interrupted):
        progress.on_call("rds:DescribeDBInstances", "eu-west-1")


def test_going_on_is_said_and_nothing_is_claimed_that_was_not_done(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Progress("Reading workload=shop") as progress:
        for node in ("assessed", "grade_spof"):
            progress.tell({"event": "started", "node": node})
            progress.tell({"event": "finished", "node": node})
    said = capsys.readouterr().err
    assert said.count("going on where the last run stopped") == 1
    assert "judged by" not in said
    assert not Progress("new").goes_on


def test_the_catalogue_can_be_filtered_and_read(seeams: Seeams) -> None:
    every = json.loads(seeams("checks", "--json").stdout)
    some = json.loads(seeams("checks", "--service", "rds", "--category", "spof", "--json").stdout)
    assert 0 < len(some) < len(every)
    assert {check["category"] for check in some} == {"SINGLE_POINT_OF_FAILURE"}
    one = json.loads(seeams("checks", "rds.instance_single_az", "--json").stdout)
    assert one in every
    shown = seeams("checks", "rds.instance_single_az").stdout
    assert "MultiAZ = false" in shown
    assert one["documentation"][0]["url"] in shown


def test_the_policy_is_json(seeams: Seeams) -> None:
    policy = json.loads(seeams("iam-policy").stdout)
    assert json.loads(seeams("iam-policy", "--json").stdout) == policy
    assert policy["Version"] == "2012-10-17"
    actions = [action for statement in policy["Statement"] for action in statement["Action"]]
    assert "rds:DescribeDBInstances" in actions


@pytest.mark.parametrize(
    ("tags", "thread"),
    [
        (["workload=food-agent"], "food-agent"),
        (["team=a b", "env=prod/eu"], "a-b-prod-eu"),
        (["workload=größe"], "größe"),
        (["workload="], "workload"),
    ],
)
def test_the_thread_is_made_from_the_workload(tags: list[str], thread: str) -> None:
    assert thread_of(selector_of(tags, None, None)) == thread


def test_a_tag_has_one_value() -> None:
    with pytest.raises(InvalidSelector, match="two values"):
        selector_of(["a=b", "a=c"], None, None)


def test_a_what_if_changes_what_is_given() -> None:
    before = Objectives(rto_seconds=7200, rpo_seconds=3600)
    assert objectives_instead(before, "4h", None, None, None) == Objectives(
        rto_seconds=14400, rpo_seconds=3600
    )
    assert objectives_instead(before, None, None, None, None) == before
    with pytest.raises(InvalidObjectives):
        objectives_instead(before, None, None, "1h", None)
    with pytest.raises(InvalidDuration):
        objectives_instead(before, "soon", None, None, None)


@pytest.mark.parametrize(
    ("letter", "below", "code"), [("C", "B-", 1), ("C", "C", 0), ("C", None, 0), (None, "F", 4)]
)
def test_exit_codes_tell_a_script_what_to_do(
    report: Report, letter: str | None, below: str | None, code: int
) -> None:
    overall = report.overall.model_copy(update={"letter": letter})
    assert exit_code(report.model_copy(update={"overall": overall}), below) == code


def test_letters_are_spelled_in_any_case() -> None:
    assert letter_of("b+", "--target") == "B+"
    assert letter_of(None, "--target") is None
    with pytest.raises(WrongUse, match="'e' is no letter: --target takes A, "):
        letter_of("e", "--target")


def test_debugging_is_off_in_these_tests() -> None:
    assert "SEEAMS_DEBUG" not in os.environ


def test_a_person_who_is_there_is_asked_on_stderr(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Person(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Person("soon\n24 hours\nPT12H\n"))
    assert objectives_of(None, None, None, None) == Objectives(rto_seconds=86400, rpo_seconds=43200)
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("How long may it be down?") == 2
    assert "'soon' is no duration" in said.err
    monkeypatch.setattr(sys, "stdin", Person(""))
    with pytest.raises(typer.Abort):
        objectives_of(None, "1h", None, None)
