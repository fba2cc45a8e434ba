"""How much of a category could be judged: what that does to its letter and to the confidence."""

from dataclasses import dataclass

from state.judgements import AnswerValue, Assessment, Verdict
from state.objectives import Objectives
from tools.checks import all_checks
from tools.grading.ledger import Ledger
from tools.grading.letters import (
    MOST_UNREAD_FOR_ANY_LETTER,
    NO_EVIDENCE_CAP,
    cap_unread,
    cap_unscanned,
    worst,
)
from tools.grading.targets import targets_of


@dataclass(frozen=True)
class Coverage:
    """What is known of a category, and what is not."""

    confidence: float  # the share of rows and questions that have an answer
    gaps: tuple[str, ...]  # the calls that would give the rest
    too_little: bool  # to give any letter
    ceiling: str | None  # the best letter that can be given

    def limit(self, earned: str) -> str:
        """The letter that may be given for one that was earned."""
        return worst([earned, self.ceiling]) if self.ceiling else earned


def coverage_of(assessment: Assessment, ledger: Ledger, objectives: Objectives) -> Coverage:
    """The coverage of one category, as far as the objectives ask for it.

    Confidence counts the questions too: one that nobody could answer is not a pass. Resources of a
    type that is not read lower it in every category.
    """
    rows = [
        judgement
        for judgement in assessment.judgements
        if judgement.verdict is not Verdict.UNKNOWN or _is_asked_for(judgement.check, objectives)
    ]
    verdicts = [judgement.verdict for judgement in rows]
    unknown, passed = verdicts.count(Verdict.UNKNOWN), verdicts.count(Verdict.PASS)
    answered = [a for a in assessment.answers if a.answer is not AnswerValue.CANNOT_DETERMINE]
    known = len(verdicts) - unknown + len(answered)
    asked = len(verdicts) + len(assessment.answers)
    unread = cap_unread(unknown / (unknown + passed) if unknown else 0.0)
    unscanned = cap_unscanned(ledger.unscanned)
    ceilings = [c for c in (unread, unscanned, None if passed else NO_EVIDENCE_CAP) if c]
    gaps = {action for judgement in rows for action in judgement.gaps}
    return Coverage(
        confidence=round(known / asked * (1 - ledger.unscanned), 2) if asked else 0.0,
        gaps=tuple(sorted(gaps | set(ledger.unscanned_services if unscanned else ()))),
        too_little=bool(unknown) and unknown / len(verdicts) > MOST_UNREAD_FOR_ANY_LETTER,
        ceiling=worst(ceilings) if ceilings else None,
    )


def _is_asked_for(check: str, objectives: Objectives) -> bool:
    """Not where a check bears on the loss of a Region alone, and nobody asks for that."""
    known = all_checks().get(check)  # a model's rows come from no check
    return known is None or any(
        targets_of(effect.scenario.name if effect.scenario else None, objectives)
        for effect in known.on_fail
    )
