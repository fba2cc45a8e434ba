"""Why a letter is what it is, from the stored rows: nothing is judged, nothing is read again."""

from collections.abc import Sequence
from math import inf

from state.categories import Category, categories, category_of_scenario, scenarios
from state.errors import WrongUse
from state.explanations import (
    Cap,
    CategoryExplained,
    EstimateExplained,
    Explanation,
    FindingExplained,
    Known,
    NoEstimate,
    OverallExplained,
    ResourceExplained,
    RowExplained,
    Unanswered,
)
from state.grades import Finding
from state.judgements import AnswerValue, Assessment, Phase, Verdict
from state.objectives import Objectives
from state.report import Report
from tools.checks import all_checks
from tools.grading.coverage import Coverage, coverage_of
from tools.grading.findings import Weighed, findings, weigh
from tools.grading.grading import (
    Struck,
    compose,
    grade,
    lossiest_of,
    slowest_of,
    struck_by,
)
from tools.grading.ledger import Ledger
from tools.grading.letters import letter_for, severity_for
from tools.grading.naming import called
from tools.grading.reckoning import Reckoning
from tools.grading.recoveries import recoveries
from tools.grading.sums import explained, turns, verdicts_by_place
from tools.grading.targets import targets_of
from tools.grading.versions import changed_since, require_checks, require_known

OVERALL = "overall"
_NEXT = 3  # estimates that would set the letter next
_SEVERITIES = ("no finding", "low", "medium", "high", "critical")


def explain(what: str, report: Report, reckoning: Reckoning) -> Explanation:
    """What a letter, a finding's severity or a resource's estimates are made of.

    Args:
        what: `overall`, a category (code, slug or title), a finding or check id, or a resource (id
            or name).
        report: the result that is asked about.
        reckoning: of the ledger and the constants that the result rests on.

    Raises:
        WrongUse: there is nothing of that name, or several resources share it.
        StoreUnusable: the rows speak of constants or scenarios that this version does not know.
    """
    require_known(reckoning)
    require_checks(reckoning)
    return Explanation(
        thread=report.thread,
        checkpoint=report.checkpoint,
        workload=str(report.workload.selector),
        objectives=report.objectives,
        changed=changed_since(report, reckoning),
        explained=_Explaining(reckoning, report.objectives).about(what),
    )


class _Explaining:
    """One result being explained."""

    def __init__(self, reckoning: Reckoning, objectives: Objectives) -> None:
        self.reckoning = reckoning
        self.objectives = objectives
        self.verdicts = verdicts_by_place(reckoning.ledger)

    @property
    def ledger(self) -> Ledger:
        return self.reckoning.ledger

    def about(
        self, what: str
    ) -> CategoryExplained | OverallExplained | FindingExplained | ResourceExplained:
        wanted = what.strip().casefold()
        if wanted == OVERALL:
            return self.overall()
        for category in categories():
            if wanted in (category.code.casefold(), category.slug, category.title.casefold()):
                return self.category(category)
        found = next((f for f in self.findings if what in (f.id, f.key)), None)
        if found or what in all_checks():
            return self.finding(found.id if found else what, found)
        return self.resource(self.resource_called(what))

    # -- letters ----------------------------------------------------------------------------------

    def overall(self) -> OverallExplained:
        """The worst of the five."""
        grades = {c.code: grade(c, self.reckoning, self.objectives) for c in categories()}
        composed = compose(grades, self.reckoning, self.objectives)
        return OverallExplained(
            letter=composed.letter,
            reason=composed.reason,
            confidence=composed.confidence,
            categories=tuple(self.category(category) for category in categories()),
            set_by=tuple(c for c, g in grades.items() if g.letter and g.letter == composed.letter),
            critical_path=composed.critical_path,
            degraded=composed.degraded,
            consistency_gaps=composed.consistency_gaps,
        )

    def category(self, category: Category) -> CategoryExplained:
        """The two estimates that set a category's letter, those behind them, and what limits it."""
        graded = grade(category, self.reckoning, self.objectives)
        assessment = self.ledger.assessments.get(category.code)
        coverage = (
            coverage_of(assessment, self.ledger, self.objectives)
            if assessment and not assessment.failed
            else None
        )
        shown = CategoryExplained(
            category=category.code,
            title=category.title,
            letter=graded.letter,
            earned=None,
            binds=graded.binds,
            reason=graded.reason,
            known=_known(assessment, coverage) if assessment and coverage else None,
            savings=graded.savings,
        )
        if coverage is None or graded.letter is None:
            return shown
        struck = struck_by(category, self.reckoning, self.objectives)
        if not struck:
            return shown.model_copy(update={"earned": "A"})
        slowest, lossiest = slowest_of(struck), lossiest_of(struck)
        binding = slowest if slowest.rto_share >= lossiest.rpo_share else lossiest
        others = sorted(
            (each for each in struck if each is not binding),
            key=lambda each: (_largest(each), each.place),
            reverse=True,
        )
        behind = _largest(others[0]) if others else 0.0
        return shown.model_copy(
            update={
                "earned": letter_for(_largest(binding)),
                "slowest": self.estimate(slowest),
                "lossiest": self.estimate(lossiest),
                "next": tuple(self.estimate(each) for each in others[:_NEXT]),
                "if_mended": coverage.limit(letter_for(behind)),
            }
        )

    def estimate(self, struck: Struck) -> EstimateExplained:
        return explained(struck.estimate, struck.targets, self.reckoning, self.verdicts)

    # -- findings ---------------------------------------------------------------------------------

    @property
    def findings(self) -> Sequence[Finding]:
        return findings(self.reckoning, self.objectives)

    def finding(self, check: str, found: Finding | None) -> FindingExplained:
        """What failing rows cost, each alone; or why a well-built workload falls short."""
        known = all_checks().get(check)
        if known is None and found is not None:
            return self.shortfall(found)
        rows = [
            judgement
            for (name, _), js in self.verdicts.items()
            if name == check
            for judgement in js
        ]
        if known is None or not rows:
            raise WrongUse(f"{check} applies to no resource of this workload")
        weighed = sorted(
            (weigh(j, self.reckoning, self.objectives) for j in rows if j.verdict is Verdict.FAIL),
            key=lambda each: each.place,
        )
        explained_rows = tuple(self.row(each) for each in weighed)
        worst = explained_rows[0] if explained_rows else None
        milder, severer = (
            turns(worst.binding.seconds, worst.binding.target_seconds, _SEVERITIES, _severity)
            if worst and worst.binding and worst.binding.target_seconds and not worst.soft
            else (None, None)
        )
        return FindingExplained(
            check=check,
            title=known.title,
            category=known.category.code,
            severity=found.severity if found else None,
            rows=explained_rows,
            milder_up_to=milder,
            severer_from=severer,
            verdicts={
                verdict: tuple(sorted({j.resource for j in rows if j.verdict is verdict}))
                for verdict in Verdict
            },
            finding=found,
        )

    def row(self, weighed: Weighed) -> RowExplained:
        judgement = weighed.judgement
        binding = None
        if weighed.alone is not None and weighed.targets is not None:
            both = explained(weighed.alone, weighed.targets, self.reckoning, self.verdicts)
            binding = max(both.time, both.data, key=lambda s: inf if s.share is None else s.share)
        return RowExplained(
            resource=judgement.resource,
            name=self.ledger.name_of(judgement.resource),
            note=judgement.note,
            soft=self.ledger.is_soft(judgement.resource),
            scenario=weighed.scenario,
            binding=binding,
            severity=severity_for(weighed.share),
            evidence=judgement.evidence,
        )

    def shortfall(self, found: Finding) -> FindingExplained:
        """The estimate that misses its target with no defect in it."""
        category = next(c for c in categories() if c.code == found.category)
        in_data = found.id.endswith("_rpo")
        struck = [
            each
            for each in struck_by(category, self.reckoning, self.objectives)
            if each.estimate.resource == found.resource
            and not any(t.finding for t in each.estimate.terms if (t.term == Phase.LOSE) == in_data)
        ]
        worst = lossiest_of(struck) if in_data else slowest_of(struck)
        return FindingExplained(
            check=found.id,
            title=found.title,
            category=found.category,
            severity=found.severity,
            rows=(),
            verdicts={},
            shortfall=self.estimate(worst),
            finding=found,
        )

    # -- resources --------------------------------------------------------------------------------

    def resource_called(self, what: str) -> str:
        """The id of the resource of that id, name or end of an ARN (`db:orders`).

        Raises:
            WrongUse: none, or several.
        """
        if what in self.reckoning.rows:
            return what
        named = called({r: each.name for r, each in self.ledger.resources.items()}, what)
        if len(named) > 1:
            listed = ", ".join(named)
            raise WrongUse(f"several resources are called {what!r}: name one of {listed}")
        if not named:
            raise WrongUse(
                f"nothing is called {what!r} here: name overall, a category "
                f"({', '.join(c.slug for c in categories())}), a finding's id, or a resource"
            )
        return named[0]

    def resource(self, resource: str) -> ResourceExplained:
        """Every estimate of a resource, and why there is none where there is none."""
        known = self.ledger.resources.get(resource)
        order = list(category_of_scenario())
        estimates = sorted(
            (each for each in self.reckoning.estimates if each.resource == resource),
            key=lambda each: order.index(each.scenario),
        )
        struck = {each.scenario for each in estimates}
        kind = known.type if known else ""
        return ResourceExplained(
            resource=resource,
            name=self.ledger.name_of(resource),
            type=kind,
            soft=self.ledger.is_soft(resource),
            estimates=tuple(
                explained(
                    each,
                    targets_of(each.scenario, self.objectives),
                    self.reckoning,
                    self.verdicts,
                )
                for each in estimates
            ),
            none=tuple(
                self.no_estimate(resource, kind, scenario)
                for scenario in order
                if scenario not in struck
            ),
        )

    def no_estimate(self, resource: str, kind: str, scenario: str) -> NoEstimate:
        recovery = recoveries().get(kind, {}).get(scenario)
        unknown = sorted(
            f"{check} ({', '.join(judgement.gaps)})"
            for (check, place), rows in self.verdicts.items()
            for judgement in rows
            if place == resource
            and judgement.verdict is Verdict.UNKNOWN
            and _bears_on(check, scenario)
        )
        if unknown:
            because = f"it could not be judged: {'; '.join(unknown)} could not be read"
        elif recovery and recovery.none:
            because = recovery.none
        else:
            because = "no check says what it does to this resource, so it sets no letter"
        return NoEstimate(
            scenario=scenario,
            text=scenarios()[scenario].text,
            because=because,
            url=recovery.source if recovery and not unknown else "",
        )


# -- parts ----------------------------------------------------------------------------------------


def _largest(struck: Struck) -> float:
    return max(struck.rto_share, struck.rpo_share)


def _severity(share: float) -> str:
    return severity_for(share) or _SEVERITIES[0]


def _known(assessment: Assessment, coverage: Coverage) -> Known:
    caps = []
    if coverage.unknown:
        caps.append(
            Cap(
                letter=coverage.cap_unread,
                because=f"{coverage.unknown} of {coverage.unknown + coverage.passed} checks that "
                "could have spoken for it could not be judged",
                share=coverage.unread,
            )
        )
    if coverage.unscanned:
        caps.append(
            Cap(
                letter=coverage.cap_unscanned,
                because="some of the resources are of types that are not read at all",
                share=coverage.unscanned,
            )
        )
    if coverage.cap_without_evidence:
        caps.append(
            Cap(
                letter=coverage.cap_without_evidence,
                because="no check that passed vouches for it",
            )
        )
    return Known(
        rows=coverage.rows,
        rows_judged=coverage.rows - coverage.unknown,
        questions=coverage.questions,
        questions_answered=coverage.answered,
        unscanned=coverage.unscanned,
        confidence=coverage.confidence,
        caps=tuple(caps),
        missing=coverage.gaps,
        unanswered=tuple(
            Unanswered(question=answer.question, attest=answer.attest)
            for answer in assessment.answers
            if answer.answer is AnswerValue.CANNOT_DETERMINE
        ),
    )


def _bears_on(check: str, scenario: str) -> bool:
    known = all_checks().get(check)
    effects = (*known.on_fail, *known.on_pass) if known else ()
    return any(effect.scenario and effect.scenario.name == scenario for effect in effects)
