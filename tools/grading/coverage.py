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


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """What is known of a category, and what is not."""

    rows: int  # verdicts that the objectives ask for
    unknown: int  # of them
    passed: int  # of them
    questions: int
    answered: int  # of them
    unscanned: float  # the share of the workload's resources whose type is not read at all
    gaps: tuple[str, ...]  # the calls that would give the rest

    @property
    def confidence(self) -> float:
        """The share of rows and questions that have an answer, of the share that is read at all."""
        asked = self.rows + self.questions
        known = self.rows - self.unknown + self.answered
        return round(known / asked * (1 - self.unscanned), 2) if asked else 0.0

    @property
    def unread(self) -> float:
        """The share of the checks that could have spoken for the workload and could not."""
        return self.unknown / (self.unknown + self.passed) if self.unknown else 0.0

    @property
    def too_little(self) -> bool:
        """To give any letter."""
        return bool(self.unknown) and self.unknown / self.rows > MOST_UNREAD_FOR_ANY_LETTER

    @property
    def cap_unread(self) -> str | None:
        """The best letter while so many checks could not be judged."""
        return cap_unread(self.unread)

    @property
    def cap_unscanned(self) -> str | None:
        """The best letter while so many resources are not read."""
        return cap_unscanned(self.unscanned)

    @property
    def cap_without_evidence(self) -> str | None:
        """The best letter while no check that passed vouches for it."""
        return None if self.passed else NO_EVIDENCE_CAP

    @property
    def ceiling(self) -> str | None:
        """The best letter that can be given; None: any."""
        caps = (self.cap_unread, self.cap_unscanned, self.cap_without_evidence)
        found = [cap for cap in caps if cap]
        return worst(found) if found else None

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
        if judgement.verdict is not Verdict.UNKNOWN or is_asked_for(judgement.check, objectives)
    ]
    verdicts = [judgement.verdict for judgement in rows]
    answers = [answer.answer for answer in assessment.answers]
    unscanned = ledger.unscanned
    gaps = {action for judgement in rows for action in judgement.gaps}
    return Coverage(
        rows=len(verdicts),
        unknown=verdicts.count(Verdict.UNKNOWN),
        passed=verdicts.count(Verdict.PASS),
        questions=len(answers),
        answered=len(answers) - answers.count(AnswerValue.CANNOT_DETERMINE),
        unscanned=unscanned,
        gaps=tuple(
            sorted(gaps | (ledger.unscanned_services if cap_unscanned(unscanned) else set()))
        ),
    )


def is_asked_for(check: str, objectives: Objectives) -> bool:
    """Not where a check bears on the loss of a Region alone, and nobody asks for that."""
    known = all_checks().get(check)  # a model's rows come from no check
    return known is None or any(
        targets_of(effect.scenario.name if effect.scenario else None, objectives)
        for effect in known.on_fail
    )
