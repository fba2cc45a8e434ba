"""A report of a sample workload, held against what is expected of it."""

from collections.abc import Iterable, Iterator, Mapping

from state.categories import categories
from state.evaluation import Evaluated, Expectation, Planted, Score
from state.report import Report
from state.snapshot import Snapshot
from state.thinking import Proposal, Thinking
from tools.checks import all_checks

Pair = tuple[str, str]  # check, resource as it is written down


def evaluated(report: Report, snapshot: Snapshot, expected: Expectation) -> Evaluated:
    """What was found, what was missed, what was too much, by category; and what it cost.

    Findings are those of checks, as the report lists them; a model's are its proposals, which are
    held against the planted defects.
    """
    must = set(_pairs(expected.must))
    found = {
        (finding.id, written(snapshot, resource))
        for finding in report.findings
        if finding.origin == "check"
        for resource in finding.resources
    }
    proposals = [each for thinking in report.thoughts.values() for each in thinking.proposals]
    hits = {p.name for p in expected.planted if any(_is(p, q, snapshot) for q in proposals)}
    by_category = {
        category.code: _of_category(category.code, report, snapshot, expected, must, found, hits)
        for category in categories()
    }
    return Evaluated(
        workload=expected.sample,
        letter=report.overall.letter,
        score=_whole(by_category.values(), report),
        by_category=by_category,
        missing=_told(must - found),
        unexpected=_told(found - must),
        forbidden=_told(_forbidden(expected, found)),
        planted_missing=tuple(p.name for p in expected.planted if p.name not in hits),
        stops={code: thinking.stop for code, thinking in report.thoughts.items()},
        dropped=tuple(
            f"{each.claim}: {each.why}"
            for thinking in report.thoughts.values()
            for each in thinking.dropped
        ),
    )


def written(snapshot: Snapshot, resource: str) -> str:
    """A resource as expectations name it: `RDS::DBInstance shop-orders`; ids change."""
    known = snapshot.resources.get(resource)
    return f"{known.type.removeprefix('AWS::')} {known.name}" if known else resource


def _of_category(
    code: str,
    report: Report,
    snapshot: Snapshot,
    expected: Expectation,
    must: set[Pair],
    found: set[Pair],
    hits: set[str],
) -> Score:
    ours, theirs = _in(code, must), _in(code, found)
    planted = [each.name for each in expected.planted if each.category == code]
    thinking = report.thoughts.get(code)
    score = Score(
        expected=len(ours),
        found=len(theirs),
        right=len(ours & theirs),
        planted=len(planted),
        planted_found=len(hits.intersection(planted)),
    )
    return score.plus(_of_model(thinking, snapshot, must)) if thinking else score


def _of_model(thinking: Thinking, snapshot: Snapshot, must: set[Pair]) -> Score:
    doubted = {(each.check, written(snapshot, each.resource)) for each in thinking.contests}
    kept = len(thinking.proposals) + len(thinking.contests) + len(thinking.answers)
    return Score(
        proposals=len(thinking.proposals),
        claims=thinking.claims,
        kept=kept,
        dropped=thinking.claims - kept,
        doubts=len(doubted & must),
        model_calls=thinking.model_calls,
        input_tokens=thinking.input_tokens,
        output_tokens=thinking.output_tokens,
        usd=thinking.usd,
        seconds=thinking.seconds,
    )


def _whole(scores: Iterable[Score], report: Report) -> Score:
    """The categories together; the run's own calls, tokens and seconds, the summary's included."""
    whole = Score()
    for score in scores:
        whole = whole.plus(score)
    usage = report.usage
    return whole.model_copy(
        update={
            "model_calls": usage.model_calls,
            "input_tokens": usage.input_tokens,
            "output_tokens": usage.output_tokens,
            "usd": usage.usd,
            "seconds": usage.seconds,
        }
    )


def _is(planted: Planted, proposal: Proposal, snapshot: Snapshot) -> bool:
    """Whether a proposal is about a planted defect: it quotes what gives it away."""
    return any(
        written(snapshot, each.resource) == planted.resource
        and any(f"{each.operation} {each.path}".startswith(fact) for fact in planted.facts)
        for each in proposal.evidence
    )


def _forbidden(expected: Expectation, found: set[Pair]) -> set[Pair]:
    return {
        (check, resource)
        for check, resource in found
        if check in expected.must_not
        and (not expected.must_not[check] or resource in expected.must_not[check])
    }


def _in(code: str, pairs: set[Pair]) -> set[Pair]:
    """The pairs whose check belongs to a category."""
    known = all_checks()
    return {(c, r) for c, r in pairs if c in known and known[c].category.code == code}


def _pairs(expected: Mapping[str, Iterable[str]]) -> Iterator[Pair]:
    for check, resources in expected.items():
        for resource in resources:
            yield check, resource


def _told(pairs: Iterable[Pair]) -> tuple[str, ...]:
    return tuple(sorted(f"{check} on {resource}" for check, resource in pairs))
