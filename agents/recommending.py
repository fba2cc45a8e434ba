"""Recommendations, and what each would do to the letters."""

from collections.abc import Mapping
from functools import cached_property

from agents.on_paper import given
from state.errors import InvalidPremises
from state.premises import Fix, Premises
from state.recommendations import LetterMove, Recommendation, Recommended
from state.report import Report
from state.snapshot import Snapshot
from tools.checks.rejudging import Readings
from tools.grading.exchanging import Result
from tools.grading.reckoning import Reckoning
from tools.recommending.notes import note
from tools.recommending.recommending import recommend
from tools.recommending.topics import topic_of

OVERALL = "OVERALL"


def recommended(
    report: Report, reckoning: Reckoning, snapshot: Snapshot, words: str = "", top: int = 3
) -> Recommended:
    """The first things to do on a topic; each is made on paper, alone, and graded again.

    Args:
        report: the result they are for.
        reckoning: what it was graded from.
        snapshot: the account as its run saw it.
        words: the topic as a person names it; empty: everything.
        top: how many.

    Raises:
        WrongUse: there is no such topic.
    """
    topic = topic_of(words, snapshot)
    chosen = recommend(report, reckoning, snapshot, topic, top)
    trial = _Trial(report, reckoning, snapshot)
    return Recommended(
        thread=report.thread,
        checkpoint=report.checkpoint,
        topic=topic.name,
        note=note(chosen, topic, snapshot, top),
        recommendations=tuple(
            each.model_copy(update={"letters": trial.moves(each)}) for each in chosen
        ),
    )


class _Trial:
    """Recommendations are made on paper, each alone, and graded again."""

    def __init__(self, report: Report, reckoning: Reckoning, snapshot: Snapshot) -> None:
        self._report = report
        self._reckoning = reckoning
        self._snapshot = snapshot

    def moves(self, each: Recommendation) -> tuple[LetterMove, ...] | None:
        """The letters that it would move; None: nothing can be made on paper."""
        if not each.fixes:
            return None
        fixes = tuple(Fix.written(fix) for fix in each.fixes)
        premises = Premises(fixes=fixes, attestations=self._report.premises.attestations)
        rows = self._reckoning.ledger.assessments
        try:
            # What was accepted or attested is in the rows; it has to be said again of new ones.
            ledger = given(self._snapshot, rows, premises, readings=self._readings).ledger
        except InvalidPremises:
            return None
        after = _letters(Result(Reckoning(ledger, self._reckoning.table), self._report.objectives))
        return tuple(
            LetterMove(category=code, before=self._before[code], after=after[code])
            for code in self._before
            if self._before[code] != after[code]
        )

    @cached_property
    def _before(self) -> Mapping[str, str | None]:
        return _letters(Result(self._reckoning, self._report.objectives))

    @cached_property
    def _readings(self) -> Readings:
        return Readings(self._snapshot)


def _letters(result: Result) -> dict[str, str | None]:
    """Category code, or OVERALL -> letter."""
    numbers = result.numbers()
    return {
        OVERALL: result.overall(numbers),
        **{code: letter for code, (letter, *_) in numbers.items()},
    }
