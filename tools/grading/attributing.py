"""Which fact moved which letter, between two results that this version can grade again.

A difference is named for a category whose letter or estimates moved, if it alone moves them
(`exchanging`), or if it gives a term of the binding estimate before or after.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from state.categories import categories
from state.comparisons import OVERALL, EvidenceMove, FactMove, How, Seen, Stand
from state.grades import Grade, Term
from state.judgements import Evidence, Judgement, Verdict
from state.report import Report
from state.snapshot import GapReason
from tools.grading.assumptions import Assumption
from tools.grading.exchanging import Numbers, Result
from tools.grading.ledger import GradedResource, Ledger


@dataclass(frozen=True)
class _Difference:
    """Something that differs, and both results with it alone exchanged."""

    fact: FactMove
    forward: Callable[[], Result]  # the earlier one with this of the later one
    backward: Callable[[], Result]  # the later one with this of the earlier one


class Standings:
    """How two results stand by this version of seeams, and what a difference does to that."""

    def __init__(self, before: Result, after: Result) -> None:
        self.numbers = before.numbers(), after.numbers()
        self.overall = before.overall(self.numbers[0]), after.overall(self.numbers[1])

    def restated(
        self, code: str, before: Grade | None, after: Grade | None
    ) -> tuple[Stand | None, Stand | None]:
        """How the same rows stand by this version, where that is not how they stood."""
        one, other = self.numbers
        return _restated(before, one.get(code)), _restated(after, other.get(code))

    def moved(self, code: str) -> bool:
        """Whether a category stands otherwise; never so if this version has none of that code."""
        return self.numbers[0].get(code) != self.numbers[1].get(code)

    def effect(self, difference: _Difference) -> dict[str, How]:
        """What a difference does by itself: category code or OVERALL -> how it moves it."""
        moves: dict[str, How] = {}
        for exchange, numbers, overall in (
            (difference.forward, self.numbers[0], self.overall[0]),
            (difference.backward, self.numbers[1], self.overall[1]),
        ):
            exchanged = exchange()
            then = exchanged.numbers()
            for code, was in numbers.items():
                if not self.moved(code):
                    continue
                if then[code][0] != was[0]:
                    moves[code] = How.LETTER
                elif then[code] != was:
                    moves.setdefault(code, How.ESTIMATE)
            if self.overall[0] != self.overall[1] and exchanged.overall(then) != overall:
                moves[OVERALL] = How.LETTER
        return {code: moves[code] for code in (*self.numbers[0], OVERALL) if code in moves}


def _restated(given: Grade | None, now: Numbers | None) -> Stand | None:
    if given is None or given.letter is None or now is None:
        return None
    if (given.letter, given.rto_seconds, given.rpo_seconds) == now:
        return None
    letter, rto, rpo = now
    return Stand(letter=letter, rto_seconds=rto, rpo_seconds=rpo, confidence=given.confidence)


def facts_of(
    before: Result, after: Result, reports: tuple[Report, Report], standings: Standings | None
) -> Iterator[FactMove]:
    """All that differs in what two results were graded from, each with what it moved.

    Without `standings` (one of them cannot be graded by this version) with what differs alone.
    """
    for difference in _differences(before, after):
        fact = difference.fact
        if standings is not None:
            moves, binds = standings.effect(difference), _binds(fact, reports, standings)
            moves |= {code: How.TERM for code in binds if code not in moves}
            fact = fact.model_copy(update={"moves": moves, "binds": binds})
        yield fact


def _binds(fact: FactMove, reports: tuple[Report, Report], standings: Standings) -> tuple[str, ...]:
    """The categories that moved, and in whose binding estimate a fact has a term."""
    given = {
        code
        for report in reports
        for code, grade in report.grades.items()
        for term in grade.terms
        if standings.moved(code) and _gives(fact, term)
    }
    return tuple(sorted(given))


def _gives(fact: FactMove, term: Term) -> bool:
    """Whether a term of a binding estimate rests on a fact."""
    if fact.kind == "row":
        return (fact.what, fact.resource) == (term.check, term.resource)
    if fact.kind == "constant":
        return fact.what == term.source.partition(":")[2]
    return fact.kind in ("resource", "use") and fact.resource == term.resource


def _differences(before: Result, after: Result) -> Iterator[_Difference]:
    """All that differs in what two results were graded from, the most general first."""
    if before.objectives != after.objectives:
        yield _Difference(
            FactMove(
                kind="objectives",
                what="objectives",
                before=_objectives(before),
                after=_objectives(after),
            ),
            partial(before.with_objectives, after),
            partial(after.with_objectives, before),
        )
    yield from _constants_that_differ(before, after)
    if _unscanned(before.ledger) != _unscanned(after.ledger):
        yield _Difference(
            FactMove(
                kind="scanned",
                what="resources of types that are not read",
                before=f"{before.ledger.unscanned:.2g} of all",
                after=f"{after.ledger.unscanned:.2g} of all",
            ),
            partial(before.with_gaps, after),
            partial(after.with_gaps, before),
        )
    broken = _specialists_that_differ(before, after)
    for code, (was, now) in broken.items():
        yield _Difference(
            FactMove(kind="specialist", what=code, before=was, after=now),
            partial(before.with_assessment, code, after),
            partial(after.with_assessment, code, before),
        )
    resources = {*before.ledger.resources, *after.ledger.resources}
    resources |= {row.resource for each in (before, after) for row in each.ledger.judgements}
    for resource in sorted(resources):
        yield from _of_resource(resource, before, after, set(broken))


def _objectives(result: Result) -> str:
    return result.objectives.model_dump_json(exclude_defaults=True, exclude={"tolerance", "notes"})


def _unscanned(ledger: Ledger) -> set[str | None]:
    return {gap.resource for gap in ledger.gaps if gap.reason is GapReason.NOT_SCANNED}


def _constants_that_differ(before: Result, after: Result) -> Iterator[_Difference]:
    for name in sorted(before.table.keys() & after.table.keys()):
        was, now = before.table[name], after.table[name]
        if was != now:
            yield _Difference(
                FactMove(
                    kind="constant",
                    what=name,
                    before=_amount(was),
                    after=_amount(now),
                ),
                partial(before.with_constant, name, after),
                partial(after.with_constant, name, before),
            )


def _amount(known: Assumption) -> str:
    if known.never:
        return "never"
    per = f" + {known.seconds_per_unit:g} s per {known.unit}" if known.unit else ""
    return f"{known.seconds:g} s{per}"


def _specialists_that_differ(before: Result, after: Result) -> dict[str, tuple[str, str]]:
    found = {}
    for category in categories():
        was, now = (_how_judged(each.ledger, category.code) for each in (before, after))
        if was != now:
            found[category.code] = was, now
    return found


def _how_judged(ledger: Ledger, code: str) -> str:
    assessment = ledger.assessments.get(code)
    if assessment is None:
        return "not judged"
    return "broke" if assessment.failed else "judged"


def _of_resource(
    resource: str, before: Result, after: Result, broken: set[str]
) -> Iterator[_Difference]:
    """What differs about one resource: that it is there, what depends on it, each of its rows."""
    was, now = before.ledger.resources.get(resource), after.ledger.resources.get(resource)
    one = {c: rows for c, rows in before.rows_of(resource).items() if c not in broken}
    other = {c: rows for c, rows in after.rows_of(resource).items() if c not in broken}
    kept = _kept(before, resource, broken), _kept(after, resource, broken)
    if (was is None) != (now is None):
        known = was or now
        yield _Difference(
            FactMove(
                kind="resource",
                what=known.type if known else "",
                resource=resource,
                name=known.name if known else resource,
                before="there" if was else None,
                after="there" if now else None,
                failing=tuple(
                    sorted(
                        row.check
                        for rows in (*one.values(), *other.values())
                        for row in rows
                        if row.verdict is Verdict.FAIL
                    )
                ),
            ),
            partial(before.with_resource, resource, now, {**kept[0], **other}),
            partial(after.with_resource, resource, was, {**kept[1], **one}),
        )
        return
    if was and now and _weighs(was) != _weighs(now):
        yield _Difference(
            FactMove(
                kind="use",
                what=now.type,
                resource=resource,
                name=min(was.name, now.name),
                before=_use(was),
                after=_use(now),
            ),
            partial(before.with_resource, resource, now, before.rows_of(resource)),
            partial(after.with_resource, resource, was, after.rows_of(resource)),
        )
    name = min((known.name for known in (was, now) if known), default="the workload")
    for code in sorted({*one, *other}):
        checks = {row.check for rows in (one.get(code, ()), other.get(code, ())) for row in rows}
        for check in sorted(checks):
            yield from _of_check(code, check, resource, name, before, after)


def _kept(result: Result, resource: str, broken: set[str]) -> Mapping[str, Sequence[Judgement]]:
    return {code: rows for code, rows in result.rows_of(resource).items() if code in broken}


def _weighs(known: GradedResource) -> tuple[object, ...]:
    """What of a resource's entry bears on its estimates."""
    return known.type, known.soft, known.noticed


def _use(known: GradedResource) -> str:
    use = "all that uses it goes on without it" if known.soft else "something needs it"
    shows = sorted({each.seen_at for each in known.noticed})
    return f"{use}; its outage shows at {', '.join(shows)}" if shows else use


def _of_check(
    code: str, check: str, resource: str, name: str, before: Result, after: Result
) -> Iterator[_Difference]:
    """What one check says of one resource, if it is something else."""
    one, other = before.rows_of(resource), after.rows_of(resource)
    was = [row for row in one.get(code, ()) if row.check == check]
    now = [row for row in other.get(code, ()) if row.check == check]
    if _alike(was, now):
        return
    entries = before.ledger.resources.get(resource), after.ledger.resources.get(resource)
    yield _Difference(
        FactMove(
            kind="row",
            what=check,
            resource=resource,
            name=name,
            before=_verdict(was),
            after=_verdict(now),
            evidence=tuple(_evidence(was, now)),
        ),
        partial(before.with_resource, resource, entries[0], _with(one, code, check, now)),
        partial(after.with_resource, resource, entries[1], _with(other, code, check, was)),
    )


def _alike(some: Sequence[Judgement], others: Sequence[Judgement]) -> bool:
    """Whether rows say the same, in whatever order and words, as far as it bears on a letter."""
    one, other = ([(row.verdict, row.contributions) for row in rows] for rows in (some, others))
    return one == other or Counter(one) == Counter(other)


def _verdict(rows: Sequence[Judgement]) -> str | None:
    return ", ".join(sorted({row.verdict.value for row in rows})) or None


def _with(
    rows: Mapping[str, Sequence[Judgement]], code: str, check: str, instead: Sequence[Judgement]
) -> Mapping[str, Sequence[Judgement]]:
    kept = [row for row in rows.get(code, ()) if row.check != check]
    return {**rows, code: [*kept, *instead]}


def _evidence(before: Sequence[Judgement], after: Sequence[Judgement]) -> list[EvidenceMove]:
    """Fields with other values; where none has, what only one of the two looked at."""
    one, other = _by_field(before), _by_field(after)
    fields = sorted({*one, *other})
    both = [f for f in fields if f in one and f in other and one[f].value != other[f].value]
    shown = both or [f for f in fields if (f in one) != (f in other)]
    return [
        EvidenceMove(
            resource=field[0],
            operation=field[1],
            path=field[2],
            before=Seen(value=one[field].value) if field in one else None,
            after=Seen(value=other[field].value) if field in other else None,
        )
        for field in shown
    ]


def _by_field(rows: Sequence[Judgement]) -> dict[tuple[str, str, str], Evidence]:
    return {(e.resource, e.operation, e.path): e for row in rows for e in row.evidence}
