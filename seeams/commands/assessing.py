"""`seeams assess` and `seeams demo`."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from seeams import options
from seeams.console import complain

if TYPE_CHECKING:
    from seeams.outcomes import Wanted

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
    model: options.Model = None,
    docs: options.Docs = "auto",
    budget: options.Budget = None,
    review: options.Review = False,
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
    from seeams.accounts import home_region, own_session, regions_of
    from seeams.asked import objectives_of, selector_of
    from seeams.assessment import Job, carried_out
    from seeams.outside import help_of
    from seeams.premises import premises_of

    wanted = _wanted(as_json, everything, output, fail_under, store)
    selector = selector_of(tag, stack, resource_group)
    premises = premises_of(assumptions, attest)
    objectives = objectives_of(rto, rpo, region_rto, region_rpo, policy)
    session = own_session(profile, role_arn, next(iter(region or ()), None))
    regions = regions_of(session, region)
    home = home_region(session) or regions[0]
    helping = help_of(model, docs, budget, region=home, profile=profile)
    terms = objectives, premises, helping, wanted, thread, review
    raise typer.Exit(carried_out(Job(session, None, regions, selector, *terms)))


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
    model: options.Model = None,
    docs: options.Docs = "auto",
    budget: options.Budget = None,
    review: options.Review = False,
    thread: options.Thread = None,
    fail_under: options.FailUnder = None,
    output: options.Output = None,
    everything: options.All = False,
    as_json: options.Json = False,
    store: options.StoreUrl = None,
) -> None:
    """Assess a sample workload on an AWS account inside this process.

    No cloud account, no network; your own AWS settings are looked at for a --model alone.
    Objectives that are not given are RTO 24h and RPO 12h.
    """
    from seeams.asked import objectives_of
    from seeams.assessment import Job, carried_out
    from seeams.outside import help_of
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
    helping = help_of(model, docs, budget)  # now: the embedded account hides the user's settings
    complain(f"Building the sample workload {chosen.name} in an AWS account inside this process")
    with EmbeddedAccount() as account:
        account.build(chosen.name)
        job = Job(
            session=account.session(),
            endpoint_url=account.endpoint_url,
            regions=regions,
            selector=Selector(tags=dict(chosen.tags)),
            objectives=objectives,
            premises=premises,
            helping=helping,
            wanted=wanted,
            thread=thread or f"demo-{chosen.name}",
            review=review,
        )
        code = carried_out(job)
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
