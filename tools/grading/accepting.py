"""Models' proposals that a person has accepted: from then on they are rows like any other."""

from collections.abc import Container, Mapping, Sequence

from state.errors import InvalidPremises
from state.judgements import Assessment, Judgement, Verdict
from state.snapshot import Snapshot
from state.thinking import Proposal


def with_accepted(
    assessments: Mapping[str, Assessment],
    snapshot: Snapshot,
    proposals: Sequence[Proposal],
    accepted: Sequence[str],
) -> Mapping[str, Assessment]:
    """The rows with the accepted proposals in them, as failing rows of their category.

    Raises:
        InvalidPremises: what is accepted was not proposed.
    """
    known = {each.id: each for each in proposals}
    strangers = [each for each in accepted if each not in known]
    if strangers:
        there = f"; there are {', '.join(sorted(known))}" if known else "; no model proposed any"
        raise InvalidPremises(f"{strangers[0]!r} is no proposal of this assessment{there}")
    members = {each.id for each in snapshot.resources.values() if each.member}
    rows: dict[str, tuple[Judgement, ...]] = {}
    for proposal in (known[each] for each in sorted(set(accepted))):
        rows[proposal.category] = rows.get(proposal.category, ()) + rows_of(proposal, members)
    return {
        code: each.model_copy(update={"judgements": each.judgements + rows.get(code, ())})
        for code, each in assessments.items()
    }


def rows_of(proposal: Proposal, members: Container[str]) -> tuple[Judgement, ...]:
    """A failing row for each member of the workload that a proposal is about."""
    return tuple(
        Judgement(
            check=proposal.id,
            resource=resource,
            verdict=Verdict.FAIL,
            contributions=proposal.contributions,
            evidence=proposal.evidence,
            note=proposal.because,
        )
        for resource in proposal.resources
        if resource in members
    )
