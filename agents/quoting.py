"""Quoted facts, looked up: that they stand there, that they are this resource's, that they tell."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from agents.claims import Quote
from agents.wording import plainly
from state.judgements import Evidence
from state.snapshot import Resource, Snapshot
from tools.aws.fields import fields_of
from tools.docs.pages import Page

TAGS = "tags"  # stands for the call where a tag is quoted; its path is the key

_MOST_QUOTES = 20  # of one claim
_LONGEST_PATH, _LONGEST_VALUE = 200, 500  # characters

Step = str | int


class Ungrounded(Exception):
    """A claim, or a part of it, is not borne out; the message says which."""


@dataclass(frozen=True)
class Answered:
    """What `use_aws` returned: the arguments it was called with, and the items it gave."""

    arguments: Mapping[str, Any]
    items: Sequence[Any]


@dataclass
class Sources:
    """What claims are held against: the snapshot, and what the tools returned in this run."""

    snapshot: Snapshot
    answers: Mapping[tuple[str, str], Sequence[Answered]] = field(default_factory=dict)
    """(operation, Region) -> what `use_aws` returned."""
    pages: Mapping[str, Page] = field(default_factory=dict)
    """By address: every page that the documentation tools returned."""

    def known(self, resource: str) -> Resource:
        """The resource of that id.

        Raises:
            Ungrounded: there is none.
        """
        found = self.snapshot.resources.get(resource)
        if found is None:
            raise Ungrounded(f"there is no resource {plainly(resource, 80)!r}")
        return found

    def evidence(self, quotes: Sequence[Quote], about: Iterable[str]) -> tuple[Evidence, ...]:
        """The quoted facts as evidence about each of those resources.

        A fact counts for the resource that shows it, and beside those named for what they have
        relations with. What a resource is called, and a tag alone, tell nothing about it.

        Raises:
            Ungrounded: a quote is wrong, or beside the point; or a resource is left without any.
        """
        if not quotes:
            raise Ungrounded("it quotes no fact")
        if len(quotes) > _MOST_QUOTES:
            raise Ungrounded(f"it quotes more than {_MOST_QUOTES} facts")
        named = tuple(about)
        near = self._near(named)
        found = tuple(dict.fromkeys(self._verified(quote, near) for quote in quotes))
        told = {each.resource for each in found if self._tells(each)}
        left = next((each for each in named if each not in told), None)
        if left is not None:
            raise Ungrounded(f"it quotes no fact that tells anything of {left}")
        return tuple(each.evidence for each in found)

    # -- parts ------------------------------------------------------------------------------------

    def _near(self, named: Sequence[str]) -> set[str]:
        """The resources named, and what has a relation with one of them."""
        near = set(named)
        for relation in self.snapshot.relations:
            if relation.source in named or relation.target in named:
                near |= {relation.source, relation.target}
        return near

    def _verified(self, quote: Quote, near: set[str]) -> "Quoted":
        """The quoted fact, as it really stands there."""
        resource = self.known(quote.resource)
        if resource.id not in near:
            raise Ungrounded(f"{resource.id} is not named, nor related to what is")
        steps = () if quote.operation == TAGS else tuple(_steps(quote.path))
        values = list(self._found(resource, quote, steps))
        if not values:
            raise Ungrounded(f"{_call(quote)} was not read for {resource.id}")
        quoted = _json(quote.value)
        if quoted not in map(_json, values):
            there, said = (plainly(each, 80) for each in (_json(values[0]), quoted))
            raise Ungrounded(f"{_call(quote)} {quote.path} is {there}, not {said}")
        if len(quoted) > _LONGEST_VALUE:
            raise Ungrounded(f"{_call(quote)} {quote.path} is more than can be quoted")
        if quote.value is None:
            self._require_fields(resource, quote, steps)
        return Quoted(resource.id, quote.operation, quote.path, quoted, resource.region)

    def _found(self, resource: Resource, quote: Quote, steps: Sequence[Step]) -> Iterator[Any]:
        """What stands at the path, in each answer about the resource."""
        if quote.operation == TAGS:
            yield from (v for k, v in resource.tags.items() if k == quote.path)
        elif quote.operation in resource.facts:
            yield _walk(resource.facts[quote.operation], steps)
        for (operation, region), answers in self.answers.items():
            if operation == quote.operation and resource.region in (region, "global"):
                for answer in answers:
                    if _is_about(resource, answer, steps):
                        yield _walk(answer.items, steps)

    def _require_fields(self, resource: Resource, quote: Quote, steps: Sequence[Step]) -> None:
        """Nothing is missing that the call does not know: `null` at any made-up path is true."""
        value, inside = resource.facts.get(quote.operation), None
        fields = fields_of(quote.operation)
        for step in steps:
            there = isinstance(value, Mapping) and step in value
            here = fields if inside is None else fields.get(inside, ())
            if isinstance(step, int):
                if not isinstance(value, Sequence) or _at(value, step) is None:
                    raise Ungrounded(f"{_call(quote)} {quote.path}: there is no element {step}")
            elif not there and step not in here:
                raise Ungrounded(f"{_call(quote)} has no field {quote.path}")
            value = _walk(value, (step,))
            inside = step if isinstance(step, str) else inside

    def _tells(self, quoted: "Quoted") -> bool:
        """Whether a fact says more than what the resource is called."""
        resource = self.snapshot.resources[quoted.resource]
        names = {_json(name) for name in _names(resource)}
        return quoted.operation != TAGS and quoted.value not in names


@dataclass(frozen=True)
class Quoted:
    """A quote that was verified; its value as JSON, so that it can be compared."""

    resource: str
    operation: str
    path: str
    value: str
    region: str

    @property
    def evidence(self) -> Evidence:
        """The same, as a report carries it."""
        return Evidence(
            resource=self.resource,
            operation=self.operation,
            path=self.path,
            value=json.loads(self.value),
            region=self.region,
        )


def _steps(path: str) -> list[Step]:
    """A path's names and indexes: an expression could say anything, `'like this'`.

    Raises:
        Ungrounded: it is no path, or more than one.
    """
    if len(path) > _LONGEST_PATH:
        raise Ungrounded(f"the path is longer than {_LONGEST_PATH} characters")
    try:
        return list(_flat(jmespath.compile(path).parsed))
    except (JMESPathError, ValueError) as error:
        raise Ungrounded(f"{plainly(path, 80)!r} is no path") from error


def _flat(node: Mapping[str, Any]) -> Iterator[Step]:
    match node["type"]:
        case "field" | "index":
            yield node["value"]
        case "subexpression" | "index_expression":
            for child in node["children"]:
                yield from _flat(child)
        case "identity":
            return
        case _:
            raise Ungrounded("a path is made of names and indexes: Endpoint.Port, Tags[0].Value")


def _walk(value: Any, steps: Iterable[Step]) -> Any:
    """What stands there; None where nothing does."""
    for step in steps:
        if isinstance(step, str):
            value = value.get(step) if isinstance(value, Mapping) else None
        else:
            value = _at(value, step)
    return value


def _at(value: Any, index: int) -> Any:
    inside = isinstance(value, (list, tuple)) and -len(value) <= index < len(value)
    return value[index] if inside else None


def _is_about(resource: Resource, answer: Answered, steps: Sequence[Step]) -> bool:
    """Whether the item that a path leads into belongs to the resource."""
    if not steps or not isinstance(steps[0], int):
        return False
    names = _names(resource)
    alone = len(answer.items) == 1 and _mentions(answer.arguments, names)
    return alone or _mentions(_at(answer.items, steps[0]), names)


def _names(resource: Resource) -> set[str]:
    """What the resource is called: id, name, the last part of the id."""
    return {resource.id, resource.name, _last(resource.id)}


def _last(text: str) -> str:
    return re.split(r"[:/]", text)[-1]


def _mentions(value: Any, names: set[str]) -> bool:
    if isinstance(value, str):
        return value in names or _last(value) in names
    if isinstance(value, Mapping):
        return any(_mentions(inner, names) for inner in value.values())
    return isinstance(value, (list, tuple)) and any(_mentions(each, names) for each in value)


def _json(value: Any) -> str:
    """Two values are the same if this is: `"5"` is not 5, true is not 1."""
    try:
        return json.dumps(value, sort_keys=True, default=str, allow_nan=False)
    except (ValueError, TypeError, RecursionError) as error:
        raise Ungrounded("a quoted value is no JSON") from error


def _call(quote: Quote) -> str:
    return plainly(quote.operation, 80)
