"""`seeams eval`."""

from typing import TYPE_CHECKING, Annotated

import typer

from seeams import options

if TYPE_CHECKING:
    from seeams.outside import Help
    from state.evaluation import Evaluated
    from tools.embedded.server import EmbeddedAccount


def _samples(incomplete: str) -> list[str]:
    from tools.embedded.samples import samples

    return [name for name in samples() if name.startswith(incomplete)]


def evaluate(
    model: options.Model = None,
    docs: options.Docs = "auto",
    budget: options.Budget = None,
    workload: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A sample workload; repeatable. Default: all of them.",
            autocompletion=_samples,
        ),
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Measure how well the rules, and a model if there is one, judge the sample workloads.

    Each sample is assessed at its suggested objectives on an AWS account inside this process, and
    held against what is known to be wrong with it. Exits with 1 if the rules miss anything of it,
    or find anything else.
    """
    from seeams.console import out, print_json
    from seeams.failures import BELOW
    from seeams.outside import help_of
    from seeams.rendering.evaluation import print_evaluation
    from state.evaluation import Evaluation
    from tools.embedded.samples import sample, samples
    from tools.embedded.server import EmbeddedAccount

    names = [sample(name).name for name in dict.fromkeys(workload or samples())]
    helping = help_of(model, docs, budget)
    with EmbeddedAccount() as account:
        done = Evaluation(
            model=helping.model.name if helping.model else "none",
            workloads=tuple(_evaluated(name, account, helping) for name in names),
        )
    if as_json:
        print_json(done.model_dump(mode="json"))
    else:
        print_evaluation(out(), done)
    raise typer.Exit(0 if done.rules_hold else BELOW)


def _evaluated(name: str, embedded: "EmbeddedAccount", helping: "Help") -> "Evaluated":
    """One sample, assessed in a store of its own that is gone afterwards."""
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from graph.runs import assess, snapshot_of
    from seeams.accounts import account_of, reader
    from seeams.assessment import stopping
    from seeams.outside import beyond
    from seeams.progress import Progress
    from state.channels import Request
    from state.objectives import Objectives, parse_duration
    from state.premises import NOTHING_GIVEN
    from state.snapshot import Selector
    from state.store import Store
    from tools.embedded.expectations import expectation_of
    from tools.evaluating.scoring import evaluated

    expected = expectation_of(name)
    (built,) = embedded.build(name)
    asked = Objectives(
        rto_seconds=parse_duration(built.objectives.rto),
        rpo_seconds=parse_duration(built.objectives.rpo),
    )
    progress = Progress(f"Evaluating {name} at its suggested objectives")
    account = account_of(embedded.session(), progress.on_call, embedded.endpoint_url)
    with (
        TemporaryDirectory() as folder,
        Store(f"sqlite:///{Path(folder) / 'evaluated.db'}") as store,
        stopping(progress),
        progress,
        beyond(helping, asked, NOTHING_GIVEN, account, progress) as outside,
    ):
        request = Request(
            thread=name,
            selector=Selector(tags=dict(built.tags)),
            account=account.identify(embedded.region)[0],
            regions=(embedded.region,),
        )
        report = assess(store, request, asked, reader(account), tell=progress.tell, outside=outside)
        return evaluated(report, snapshot_of(store, report), expected)
