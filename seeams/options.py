"""The options that several commands share."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from state.limits import Limits


def threads(incomplete: str) -> list[str]:
    """Threads in the default store, for the shell's completion."""
    from state.errors import SeeamsError
    from state.store import Store

    try:
        with Store() as store:
            names = dict.fromkeys(row.thread for row in store.runs())
    except SeeamsError:
        return []
    return [name for name in names if name.startswith(incomplete)]


def failing_checks(ctx: typer.Context, incomplete: str) -> list[str]:
    """Checks that fail in the thread that was named, for the shell's completion of --fix."""
    from seeams.stored import report_at
    from state.errors import SeeamsError
    from state.store import Store

    try:
        with Store(ctx.params.get("store")) as store:
            found = [finding.id for finding in report_at(store, ctx.params["thread"]).findings]
    except (KeyError, SeeamsError):
        return []
    return [check for check in found if check.startswith(incomplete)]


def proposals(ctx: typer.Context, incomplete: str) -> list[str]:
    """What models proposed in the thread that was named, for the shell's completion."""
    from seeams.stored import report_at
    from state.errors import SeeamsError
    from state.store import Store

    try:
        with Store(ctx.params.get("store")) as store:
            found = [each.id for each in report_at(store, ctx.params["thread"]).proposals]
    except (KeyError, SeeamsError):
        return []
    return [each for each in found if each.startswith(incomplete)]


_WORKLOAD, _OBJECTIVES, _ACCOUNT, _RESULT = "Workload", "Objectives", "Account", "Result"
_PREMISES, _HELP = "What it goes by beside the account", "Models and documentation"
_LIMITS = Limits()

Tags = Annotated[
    list[str] | None,
    typer.Option(
        "--tag",
        metavar="KEY=VALUE",
        help="A tag of the workload's resources; several must all match.",
        rich_help_panel=_WORKLOAD,
    ),
]
Stack = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="A CloudFormation stack.", rich_help_panel=_WORKLOAD),
]
ResourceGroup = Annotated[
    str | None, typer.Option(metavar="NAME", help="A resource group.", rich_help_panel=_WORKLOAD)
]

Rto = Annotated[
    str | None,
    typer.Option(
        "--rto",
        metavar="TIME",
        help="How long it may be down: 24h, '30 min', PT2H.",
        rich_help_panel=_OBJECTIVES,
    ),
]
Rpo = Annotated[
    str | None,
    typer.Option(
        "--rpo",
        metavar="TIME",
        help="How much data may be lost, as the time in which it was written.",
        rich_help_panel=_OBJECTIVES,
    ),
]
RegionRto = Annotated[
    str | None,
    typer.Option(
        metavar="TIME",
        help="The RTO if a whole Region is lost; left out: that loss is accepted.",
        rich_help_panel=_OBJECTIVES,
    ),
]
RegionRpo = Annotated[
    str | None,
    typer.Option(
        metavar="TIME", help="The RPO if a whole Region is lost.", rich_help_panel=_OBJECTIVES
    ),
]

Regions = Annotated[
    list[str] | None,
    typer.Option(
        "--region",
        metavar="REGION",
        help="A Region to read; repeatable. Default: the profile's.",
        rich_help_panel=_ACCOUNT,
    ),
]
Profile = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="An AWS profile.", rich_help_panel=_ACCOUNT),
]
RoleArn = Annotated[
    str | None,
    typer.Option(metavar="ARN", help="A role to assume before reading.", rich_help_panel=_ACCOUNT),
]

Thread = Annotated[
    str | None,
    typer.Option(
        metavar="ID",
        help="Where the result is kept. Default: made from the workload.",
        autocompletion=threads,
        rich_help_panel=_RESULT,
    ),
]
StoredThread = Annotated[
    str,
    typer.Option("--thread", metavar="ID", help="A stored thread.", autocompletion=threads),
]
ThreadArgument = Annotated[
    str, typer.Argument(metavar="THREAD", help="A stored thread.", autocompletion=threads)
]
StoreUrl = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="URL",
        help="Where state is kept: sqlite:///path. Default: SEEAMS_STORE, or a file in "
        "SEEAMS_HOME.",
        rich_help_panel=_RESULT,
    ),
]
Json = Annotated[
    bool,
    typer.Option("--json", help="Print one JSON document on stdout.", rich_help_panel=_RESULT),
]
All = Annotated[
    bool,
    typer.Option(
        "--all",
        help="Print every finding and answer in full, not only the worst.",
        rich_help_panel=_RESULT,
    ),
]
FailUnder = Annotated[
    str | None,
    typer.Option(
        metavar="LETTER",
        help="Exit with 1 if the overall letter is below this one.",
        rich_help_panel=_RESULT,
    ),
]
Output = Annotated[
    list[Path] | None,
    typer.Option(
        metavar="FILE",
        help="Write the report to FILE as well: .html, .md, .json, .csv, .sarif or "
        ".resiliencehub.json; repeatable.",
        rich_help_panel=_RESULT,
    ),
]

PolicyFile = Annotated[
    Path | None,
    typer.Option(
        "--policy",
        metavar="FILE",
        help="Objectives from an AWS Resilience Hub policy, as `aws resiliencehub "
        "describe-resiliency-policy` or `aws resiliencehubv2 get-policy` prints it; - is stdin.",
        rich_help_panel=_OBJECTIVES,
    ),
]
AssumptionsFile = Annotated[
    Path | None,
    typer.Option(
        "--assumptions",
        metavar="FILE",
        help="Your own figures for constants of the estimates (TOML): `seeams assumptions "
        "--template` prints one to start from.",
        rich_help_panel=_PREMISES,
    ),
]
AttestFile = Annotated[
    Path | None,
    typer.Option(
        "--attest",
        metavar="FILE",
        help="What people know and no API shows (TOML): answers to questions, checks attested.",
        rich_help_panel=_PREMISES,
    ),
]
Checkpoint = Annotated[
    str | None,
    typer.Option(
        metavar="ID",
        help="A result of `seeams history`, or how its id begins. Default: the latest assessment.",
        rich_help_panel=_RESULT,
    ),
]
FixOptions = Annotated[
    list[str] | None,
    typer.Option(
        "--fix",
        metavar="CHECK[@RESOURCE]",
        help="Mend on paper what a check found, everywhere or on one resource (ARN, id or name); "
        "repeatable.",
        autocompletion=failing_checks,
        rich_help_panel=_PREMISES,
    ),
]
Target = Annotated[
    str | None,
    typer.Option(
        metavar="LETTER",
        help="Find the cheapest fixes that bring every category to this letter.",
        rich_help_panel=_PREMISES,
    ),
]
Lose = Annotated[
    str | None,
    typer.Option(
        metavar="KIND:NAME",
        help="Lose az:NAME, region:NAME or resource:NAME (or its ARN) on paper: what stops, when "
        "what is back, which data is gone.",
        rich_help_panel=_PREMISES,
    ),
]

Model = Annotated[
    str | None,
    typer.Option(
        metavar="NAME[,FALLBACK...]",
        envvar="SEEAMS_MODEL",
        help="A model for specialists that look beyond the rules, and for the summary: "
        "bedrock:MODEL-ID with your own AWS settings, or provider:model. Default: none. No letter "
        "rests on it unless you accept what it proposes.",
        rich_help_panel=_HELP,
    ),
]
Docs = Annotated[
    Literal["auto", "awslabs", "knowledge", "embedded", "off"],
    typer.Option(
        help="Where documentation is looked up; auto: with a model AWS's server where it is "
        "installed, else the embedded one, which asks nobody.",
        rich_help_panel=_HELP,
    ),
]
Budget = Annotated[
    str | None,
    typer.Option(
        metavar="LIMIT=AMOUNT,...",
        help=f"What the model may spend in this run. Default: usd={_LIMITS.usd:g}, "
        f"tokens={_LIMITS.tokens // 1000}k, calls={_LIMITS.model_calls}, "
        f"seconds={_LIMITS.seconds:g}, and steps={_LIMITS.steps}: calls of one specialist.",
        rich_help_panel=_HELP,
    ),
]
Review = Annotated[
    bool,
    typer.Option(
        "--review",
        help="Stop once the account is read, to approve what was found; and show what a model "
        "proposes, to be accepted or not.",
        rich_help_panel=_RESULT,
    ),
]
ProposalIds = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="ID",
        help="Proposals, as the report names them: model.1f1e7180.",
        autocompletion=proposals,
    ),
]
