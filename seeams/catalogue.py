"""The checks, chosen and described."""

import json
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from state.categories import categories
from state.errors import WrongUse

if TYPE_CHECKING:
    from tools.checks import Check, Effect, Example


def named(check: str) -> "Check":
    """The check of that id.

    Raises:
        WrongUse: there is none; names the nearest.
    """
    from tools.checks import all_checks

    if check not in all_checks():
        near = get_close_matches(check, all_checks(), 3, 0.5)
        hint = f"did you mean {', '.join(near)}?" if near else "`seeams checks` lists them"
        raise WrongUse(f"there is no check {check!r}: {hint}")
    return all_checks()[check]


def chosen(category: str | None, service: str | None) -> "Sequence[Check]":
    """The checks of a category and a service.

    Raises:
        WrongUse: there is no such category, or no check of the service.
    """
    from tools.checks import all_checks

    found = list(all_checks().values())
    if category is not None:
        code = code_of(category)
        found = [check for check in found if check.category.code == code]
    if service is not None:
        services = sorted({check.service for check in all_checks().values()})
        if service.lower() not in services:
            raise WrongUse(f"no check is about {service!r}: there are {', '.join(services)}")
        found = [check for check in found if check.service == service.lower()]
    return found


def code_of(category: str) -> str:
    """The code of a category that is called by it or by its slug.

    Raises:
        WrongUse: there is none.
    """
    names = {n: c.code for c in categories() for n in (c.code, c.slug)}
    code = names.get(category) or names.get(category.upper()) or names.get(category.lower())
    if code is None:
        slugs = ", ".join(c.slug for c in categories())
        raise WrongUse(f"there is no category {category!r}: there are {slugs}")
    return code


def metadata(check: "Check") -> dict[str, Any]:
    """All that is declared about a check."""
    return {
        "id": check.id,
        "title": check.title,
        "category": check.category.code,
        "also": [category.code for category in check.also],
        "service": check.service,
        "resource_types": list(check.resource_types),
        "question": check.question.text,
        "layer": check.layer.value,
        "rationale": check.rationale,
        "on_fail": [_effect(effect) for effect in check.on_fail],
        "on_pass": [_effect(effect) for effect in check.on_pass],
        "effect_source": check.effect_source,
        "recommendation": check.recommendation,
        "documentation": [d.model_dump(mode="json") for d in check.documentation],
        "strength": check.strength,
        "saving": check.saving,
        "examples": {
            "passes": [example_words(example) for example in check.passes],
            "fails": [example_words(example) for example in check.fails],
            "silent": [example_words(example) for example in check.silent],
        },
    }


def effect_words(effect: "Effect") -> str:
    """What an effect adds to which estimate, in words."""
    from tools.grading.assumptions import assumptions

    known = assumptions().get(effect.assumption)
    when = effect.scenario.text if effect.scenario else "whatever strikes it"
    what = known.what if known else effect.assumption
    person = ", once somebody noticed and decided" if effect.by_person else ""
    return f"when {when}: {effect.phase.value}, {what}{person}"


def example_words(example: "Example") -> str:
    """An example's facts on one line: what the resource looks like."""
    facts = [
        f"{operation} " + ", ".join(f"{path} = {_json(value)}" for path, value in _leaves(answer))
        for operation, answer in example.facts.items()
    ]
    linked = [f"with {other.type}" for other in (*example.linked, *example.linked_from)]
    denied = [f"{call} denied" for call in example.denied]
    return "; ".join([*facts, *linked, *denied]) or "nothing configured"


def _effect(effect: "Effect") -> dict[str, Any]:
    return {
        "scenario": effect.scenario.name if effect.scenario else None,
        "phase": effect.phase.value,
        "assumption": effect.assumption,
        "by_person": effect.by_person,
        "words": effect_words(effect),
    }


def _json(value: Any) -> str:
    return json.dumps(value, default=str)


def _leaves(answer: Any, path: str = "") -> list[tuple[str, Any]]:
    if isinstance(answer, Mapping) and answer:
        return [
            leaf
            for key, value in answer.items()
            for leaf in _leaves(value, f"{path}.{key}" if path else str(key))
        ]
    return [(path or "@", answer)]
