"""Resilience checks: one module per AWS service, each check a decorated pure function.

`check` registers a function under its metadata; `all_checks()` imports every module of
`tools.checks.rules` and returns them. A check reads facts through a `View`, never through boto3.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from state.categories import Category, Question, Scenario, category_of_question
from state.grades import Documentation
from state.judgements import WORKLOAD, Contribution, Cost, Effort, Layer, Phase, Verdict
from tools.checks.paper import Draft
from tools.checks.view import View

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Effect:
    """What a verdict does to the estimate of a scenario: a step of recovery, or the data lost.

    `assumption` names a constant of `tools/grading/assumptions.toml`; the check may multiply it by
    units (GiB to restore, seconds of an alarm's period). `scenario` None: every scenario that
    strikes the resource. `by_person`: recovery waits for somebody, so detection and decision
    count too.
    """

    scenario: Scenario | None
    phase: Phase
    assumption: str
    by_person: bool = False


@dataclass(frozen=True)
class Outcome:
    """What a check function returns; `units` multiplies effects by the name of their assumption.

    None instead of units: what the effect would assume is known here, and another effect tells it.
    """

    verdict: Verdict | None  # None: the check does not apply to this resource
    units: Mapping[str, "float | Measured | None"] = field(default_factory=dict)
    note: str = ""
    spared: tuple[Scenario, ...] = ()  # scenarios that this resource's verdict has no effect in


@dataclass(frozen=True)
class Measured:
    """Seconds that were measured here: they stand in for an effect's assumption."""

    seconds: float


NOT_APPLICABLE = Outcome(None)


def passed(note: str = "", **units: "float | Measured | None") -> Outcome:
    """The resource is as it should be."""
    return Outcome(Verdict.PASS, units, note)


def failed(
    note: str = "", *, spared: Sequence[Scenario] = (), **units: "float | Measured | None"
) -> Outcome:
    """The resource shows the defect of the check's title, harmless in the scenarios spared."""
    return Outcome(Verdict.FAIL, units, note, tuple(spared))


def passed_if(condition: bool, note: str = "", **units: "float | Measured | None") -> Outcome:
    """`passed` if the condition holds, else `failed`; the units go with either."""
    return Outcome(Verdict.PASS if condition else Verdict.FAIL, units, note)


@dataclass(frozen=True, kw_only=True)
class Example:
    """A resource, small and hand-made, on which a check must give a known verdict.

    `linked` and `linked_from` are what it points at and what points at it, with the relation's
    `label` on the other side's example; a check of the workload finds its members in `linked`.
    `type` may be left out only for the example itself, whose type is the check's (first).
    """

    facts: Facts = field(default_factory=dict)  # operation -> what is kept of the answer
    type: str | None = None
    name: str = "example"
    tags: Mapping[str, str] = field(default_factory=dict)
    member: bool = True
    linked: Sequence["Example"] = ()
    linked_from: Sequence["Example"] = ()
    label: str = ""
    dangling: bool = False  # named, but not there
    denied: Sequence[str] = ()  # calls about it that were denied
    region: str | None = None  # where it is, if not in the example's Region


@dataclass(frozen=True, kw_only=True)
class Remedy:
    """How the recommendation changes what is read, and what it takes.

    `change` does on paper what somebody would do in the account: afterwards the check passes on the
    resource, or no longer applies to it, and no other check is worse off.
    """

    change: Callable[[Draft], None]
    effort: Effort  # of a person's time, for one resource
    cost: Cost  # on the monthly bill


def puts(operation: str, **fields: Any) -> Callable[[Draft], None]:
    """A change that sets top-level fields in the answer of a call."""
    return lambda resource: resource.put(operation, **fields)


@dataclass(frozen=True, kw_only=True)
class Check:
    """A resilience check: what it looks for, what that costs in recovery, and how to mend it."""

    id: str
    resource_types: tuple[str, ...]
    title: str
    question: Question
    also: tuple[Category, ...]
    layer: Layer
    on_fail: tuple[Effect, ...]
    on_pass: tuple[Effect, ...]
    effect_source: str
    recommendation: str
    documentation: tuple[Documentation, ...]
    strength: str | None
    saving: str | None
    remedy: Remedy | None
    passes: tuple[Example, ...]
    fails: tuple[Example, ...]
    silent: tuple[Example, ...]
    judge: Callable[[View], Outcome]

    @property
    def category(self) -> Category:
        """The category whose question the check bears on."""
        return category_of_question()[self.question.id]

    @property
    def rationale(self) -> str:
        """Why it matters: the function's docstring."""
        return (self.judge.__doc__ or "").strip()

    @property
    def of_workload(self) -> bool:
        """Whether it judges the workload once, as a whole."""
        return self.resource_types == (WORKLOAD,)

    @property
    def service(self) -> str:
        """The first part of the id."""
        return self.id.partition(".")[0]

    def contributions(self, outcome: Outcome) -> tuple[Contribution, ...]:
        """The terms this outcome adds to estimates."""
        effects = self.on_fail if outcome.verdict is Verdict.FAIL else self.on_pass
        return tuple(
            _contribution(effect, units)
            for effect in effects
            if effect.scenario not in outcome.spared
            and (units := outcome.units.get(effect.assumption, 1.0)) is not None
        )


def _contribution(effect: Effect, units: "float | Measured") -> Contribution:
    measured = isinstance(units, Measured)
    return Contribution(
        scenario=effect.scenario.name if effect.scenario else None,
        phase=effect.phase,
        assumption=effect.assumption,
        units=units.seconds if isinstance(units, Measured) else units,
        measured=measured,
        by_person=effect.by_person,
    )


_CHECKS: dict[str, Check] = {}


def check(
    *,
    id: str,
    resource_type: str | tuple[str, ...],
    title: str,
    question: Question,
    layer: Layer,
    on_fail: Sequence[Effect],
    effect_source: str,
    recommendation: str,
    documentation: tuple[str, str],
    passes: Sequence[Example],
    fails: Sequence[Example],
    on_pass: Sequence[Effect] = (),
    also: Sequence[Category] = (),
    strength: str | None = None,
    saving: str | None = None,
    remedy: Remedy | None = None,
    silent: Sequence[Example] = (),
) -> Callable[[Callable[[View], Outcome]], Callable[[View], Outcome]]:
    """Register a check.

    Args:
        id: `<service>.<what is wrong>`; the identity of its findings, so never renamed.
        resource_type: CloudFormation name or names; `WORKLOAD` judges the workload once.
        title: the defect and its consequence, in the reader's words.
        question: the specialist's question it bears on; its category is the check's.
        layer: which of the three layers the advice belongs to.
        on_fail: what the defect adds to which estimates.
        on_pass: what recovery costs when all is well (a failover takes a minute or two as well).
        effect_source: where those amounts come from, for the reader of the catalogue.
        recommendation: the smallest change that mends it, with its cost in time and money if known.
        documentation: title and deep link.
        passes: resources on which it passes; at least one.
        fails: resources on which it fails; at least one.
        also: further categories the defect touches.
        strength: what the workload does well if the check passes everywhere, as a clause
            ("the database has a standby in another zone"); None if passing is nothing to speak of.
        saving: what could be saved if the objectives would bear the failing state (over-built).
        remedy: what the recommendation changes in the facts, for what-ifs.
        silent: resources to which it does not apply although their type matches.
    """

    def register(function: Callable[[View], Outcome]) -> Callable[[View], Outcome]:
        if id in _CHECKS and _CHECKS[id].judge.__module__ != function.__module__:
            raise ValueError(f"two checks are called {id!r}")
        _CHECKS[id] = Check(
            id=id,
            resource_types=(resource_type,) if isinstance(resource_type, str) else resource_type,
            title=title,
            question=question,
            also=tuple(also),
            layer=layer,
            on_fail=tuple(on_fail),
            on_pass=tuple(on_pass),
            effect_source=effect_source,
            recommendation=recommendation,
            documentation=(Documentation(title=documentation[0], url=documentation[1]),),
            strength=strength,
            saving=saving,
            remedy=remedy,
            passes=tuple(passes),
            fails=tuple(fails),
            silent=tuple(silent),
            judge=function,
        )
        return function

    return register


@cache
def all_checks() -> Mapping[str, Check]:
    """Every check by id, sorted."""
    package = importlib.import_module("tools.checks.rules")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
    return dict(sorted(_CHECKS.items()))
