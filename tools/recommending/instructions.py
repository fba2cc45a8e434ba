"""Recipes turned into instructions for one resource of this account."""

from collections.abc import Iterator, Mapping
from typing import Any

from state.recommendations import How
from tools.recommending.facts import logical_id
from tools.recommending.filling import Filler
from tools.recommending.how import Recipe, kinds
from tools.recommending.snippets import cli, cloudformation, terraform


def instructions(recipe: Recipe, resource: str, kind: str, facts: Mapping[str, Any]) -> How:
    """How a recipe is carried out on one resource.

    Args:
        recipe: the templates.
        resource: id of the resource, or of the workload as a whole.
        kind: its type.
        facts: what the templates may use, as `facts_of` gives it.
    """
    filler = Filler(facts)
    return How(
        resource=resource,
        console=str(filler.fill(recipe.console)),
        cli="\n".join(_commands(recipe, filler)),
        cloudformation=_template(recipe, filler, kind, facts),
        terraform="\n\n".join(_blocks(recipe, filler, kind, facts)),
        none=recipe.none,
        placeholders=filler.placeholders,
    )


def _commands(recipe: Recipe, filler: Filler) -> Iterator[str]:
    for each in recipe.cli:
        options = {name: value for name, value in each.items() if name != "call"}
        yield cli.command(each["call"], filler.fill({"region": "{region}"} | options))


def _template(recipe: Recipe, filler: Filler, kind: str, facts: Mapping[str, Any]) -> str:
    if not recipe.cloudformation:
        return ""
    resources = {}
    for name, declared in recipe.cloudformation.items():
        own = name == "Self"
        body = filler.fill(declared)
        if own:
            body = {"Type": kind, **body}
        resources[facts["logical_id"] if own else logical_id(str(filler.fill(name)))] = body
    return cloudformation.template(resources)


def _blocks(recipe: Recipe, filler: Filler, kind: str, facts: Mapping[str, Any]) -> Iterator[str]:
    for name, declared in recipe.terraform.items():
        if name == "self":
            yield terraform.resource(kinds()[kind].terraform, facts["label"], filler.fill(declared))
            continue
        for label, body in filler.fill(declared).items():
            yield terraform.resource(name, label, body)
