"""The typer app: every command, and what holds for all of them."""

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from seeams import __version__
from seeams.commands import (
    accepting,
    asking,
    assessing,
    comparing,
    drawing,
    embedded,
    evaluating,
    explaining,
    recommending,
    reference,
    running,
    stored,
    sweeping,
    talking,
    writing_code,
)
from seeams.failures import guarded


class Commands(TyperGroup):
    """The group that runs a command, and explains how it failed."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; errors become a message and an exit code."""
        return guarded(lambda: super(Commands, self).invoke(ctx))


app = typer.Typer(
    name="seeams",
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"seeams {__version__}")
        raise typer.Exit


@app.callback(epilog="Start with: seeams demo")
def seeams(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Read an AWS workload, grade its resilience against your RTO and RPO, show the arithmetic."""


for _command, _name, _example in (
    (assessing.demo, "demo", "seeams demo --rto 2h --rpo 30m"),
    (embedded.account, "account", "seeams account --port 5000"),
    (
        assessing.assess,
        "assess",
        "seeams assess --tag workload=shop --rto 24h --rpo 12h --region eu-central-1",
    ),
    (asking.what_if, "what-if", "seeams what-if --thread shop --rto 2h --rpo 30m"),
    (accepting.accept, "accept", "seeams accept --thread shop model.1f1e7180"),
    (sweeping.sweep, "sweep", "seeams sweep --thread shop --output sweep.svg"),
    (stored.threads, "threads", "seeams threads"),
    (stored.show, "show", "seeams show shop --json"),
    (stored.history, "history", "seeams history shop"),
    (explaining.explain, "explain", "seeams explain --thread shop spof"),
    (comparing.compare, "compare", "seeams compare shop@1f1e7180 shop"),
    (drawing.diagram, "diagram", "seeams diagram --thread shop --output architecture.svg"),
    (talking.ask, "ask", 'seeams ask --thread shop "what if RTO were 2 hours?"'),
    (talking.chat, "chat", "seeams chat --thread shop"),
    (
        recommending.recommend,
        "recommend",
        "seeams recommend --thread shop --topic observability --top 3",
    ),
    (running.runbook, "runbook", "seeams runbook --thread shop --only database --output shop.md"),
    (
        writing_code.as_code,
        "as-code",
        "seeams as-code --thread shop alarms --format terraform --output alarms.tf.json",
    ),
    (reference.checks, "checks", "seeams checks --category spof"),
    (reference.assumptions, "assumptions", "seeams assumptions --template > ours.toml"),
    (reference.iam_policy, "iam-policy", "seeams iam-policy > policy.json"),
    (evaluating.evaluate, "eval", "seeams eval --workload shop --json"),
):
    app.command(_name, epilog=f"Example: {_example}")(_command)
