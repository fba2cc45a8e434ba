"""`seeams assess` and `seeams demo`."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from seeams import options
from seeams.console import complain, plain

if TYPE_CHECKING:
    import boto3

    from seeams.outcomes import Wanted
    from seeams.progress import Progress
    from state.objectives import Objectives
    from state.premises import Premises
    from state.snapshot import Selector

SAMPLE, RTO, RPO = "food-agent", "24h", "12h"


def assess(
    tag: options.Tags = None,
    stack: options.Stack = None,
    resource_group: options.ResourceGroup = None,
    rto: options.Rto = None,
    rpo: options.Rpo = None,
    region_rto: options.RegionRto = None,
    region_rpo: options.RegionRpo = None,
    policy: options.PolicyFile = None,
    assumptions: options.AssumptionsFile = None,
    attest: options.AttestFile = None,
    region: options.Regions = None,
    profile: options.Profile = None,
    role_arn: options.RoleArn = None,
    thread: options.Thread = None,
    fail_under: options.FailUnder = None,
    output: options.Output = None,
    everything: options.All = False,
    as_json: options.Json = False,
    store: options.StoreUrl = None,
) -> None:
    """Read a workload, grade it against its objectives, and show the arithmetic.

    Reads only, never writes. Cut short, the same command goes on where it stopped.
    """
    from seeams.accounts import own_session, regions_of
    from seeams.asked import objectives_of, selector_of
    from seeams.premises import premises_of

    wanted = _wanted(as_json, everything, output, fail_under, store)
    selector = selector_of(tag, stack, resource_group)
    premises = premises_of(assumptions, attest)
    objectives = objectives_of(rto, rpo, region_rto, region_rpo, policy)
    session = own_session(profile, role_arn, next(iter(region or ()), None))
    regions = regions_of(session, region)
    terms = objectives, premises
    raise typer.Exit(_assess(session, None, regions, selector, *terms, thread, wanted))


def demo(
    rto: options.Rto = None,
    rpo: options.Rpo = None,
    region_rto: options.RegionRto = None,
    region_rpo: options.RegionRpo = None,
    policy: options.PolicyFile = None,
    assumptions: options.AssumptionsFile = None,
    attest: options.AttestFile = None,
    workload: Annotated[
        str, typer.Option(metavar="NAME", help="The sample: food-agent, shop or shop-ha.")
    ] = SAMPLE,
    region: options.Regions = None,
    thread: options.Thread = None,
    fail_under: options.FailUnder = None,
    output: options.Output = None,
    everything: options.All = False,
    as_json: options.Json = False,
    store: options.StoreUrl = None,
) -> None:
    """Assess a sample workload on an AWS account inside this process.

    No cloud account, no model, no network; your own AWS settings are not looked at. Objectives that
    are not given are RTO 24h and RPO 12h.
    """
    from seeams.asked import objectives_of
    from seeams.premises import premises_of
    from state.snapshot import Selector
    from tools.embedded.samples import sample
    from tools.embedded.server import REGION, EmbeddedAccount

    wanted = _wanted(as_json, everything, output, fail_under, store)
    premises = premises_of(assumptions, attest)
    if policy is None:
        rto, rpo = (RTO if rto is None else rto), (RPO if rpo is None else rpo)
    objectives = objectives_of(rto, rpo, region_rto, region_rpo, policy)
    chosen = sample(workload)
    regions = list(dict.fromkeys(region or (REGION,)))
    complain(f"Building the sample workload {chosen.name} in an AWS account inside this process")
    with EmbeddedAccount() as account:
        account.build(chosen.name)
        code = _assess(
            account.session(),
            account.endpoint_url,
            regions,
            Selector(tags=dict(chosen.tags)),
            objectives,
            premises,
            thread or f"demo-{chosen.name}",
            wanted,
        )
    raise typer.Exit(code)


def _wanted(
    as_json: bool,
    everything: bool,
    output: Sequence[Path] | None,
    fail_under: str | None,
    store: str | None,
) -> "Wanted":
    from seeams.asked import letter_of
    from seeams.outcomes import Wanted, require_known_kinds

    files = tuple(output or ())
    require_known_kinds(files)
    return Wanted(as_json, everything, files, letter_of(fail_under, "--fail-under"), store)


def _assess(
    session: "boto3.Session",
    endpoint_url: str | None,
    regions: list[str],
    selector: "Selector",
    objectives: "Objectives",
    premises: "Premises",
    thread: str | None,
    wanted: "Wanted",
) -> int:
    from graph.runs import assess as run
    from graph.runs import snapshot_of
    from seeams.accounts import account_of, reader
    from seeams.asked import thread_of
    from seeams.outcomes import deliver
    from seeams.progress import Progress
    from state.channels import Request
    from state.store import Store

    progress = Progress(f"Reading {plain(selector)} in {', '.join(regions)}")
    with Store(wanted.store) as store:
        account = account_of(session, progress.on_call, endpoint_url)
        with _stopping(progress), progress:
            account_id, _ = account.identify(regions[0])
            request = Request(
                thread=thread or thread_of(selector),
                selector=selector,
                account=account_id,
                regions=tuple(regions),
            )
            report = run(
                store,
                request,
                objectives,
                reader(account),
                premises=premises,
                tell=progress.tell,
            )
        return deliver(report, snapshot_of(store, report), wanted)


@contextmanager
def _stopping(progress: "Progress") -> Iterator[None]:
    """Ctrl-C and SIGTERM reach the threads that wait for AWS too: none begins another call."""
    import signal
    from types import FrameType

    from seeams.failures import Terminated

    def interrupt(number: int, _frame: FrameType | None) -> None:
        progress.stop()
        raise Terminated if number == signal.SIGTERM else KeyboardInterrupt

    before: dict[signal.Signals, Any] = {}
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            before[number] = signal.signal(number, interrupt)
    except ValueError:  # not in the main thread: nobody presses Ctrl-C here
        yield
        return
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
