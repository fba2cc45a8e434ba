"""What is deployed together in one Region, before it is written in a language.

Resources are held as CloudFormation has them; `Ref` stands where one points at another or at a
parameter. Whatever else stands in them is data: the writers see that it stays data.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from state.as_code import LeftOut, Parameter
from state.snapshot import Snapshot
from state.text import plain

GLOBAL_AT = "us-east-1"  # where what belongs to no Region is watched
_WORD = re.compile(r"[A-Za-z0-9]+")
_LONGEST = 200  # of a logical id, which may have 255 characters
# CloudFormation replaces such text wherever it stands, and has no way to write it as it is.
_REPLACED = "{{resolve:"


@dataclass(frozen=True)
class Ref:
    """A parameter or a resource of the same stack; `attribute` "Arn" for a resource's ARN."""

    name: str
    attribute: str = ""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One resource; `properties` in CloudFormation's words."""

    type: str
    properties: Mapping[str, Any]
    what: str
    about: tuple[str, ...] = ()
    keep: bool = False  # when the stack is deleted


@dataclass
class Stack:
    """What is deployed together."""

    snapshot: Snapshot
    region: str
    parameters: dict[str, Parameter] = field(default_factory=dict)
    pieces: dict[str, Piece] = field(default_factory=dict)  # by logical id
    left_out: list[LeftOut] = field(default_factory=list)
    notes: dict[str, None] = field(default_factory=dict)  # each once, in order

    @property
    def workload(self) -> str:
        """A name for what is made for the workload: letters, digits and dashes."""
        selector = self.snapshot.selector
        words = _WORD.findall(
            selector.stack or selector.resource_group or "-".join(selector.tags.values())
        )
        return "-".join(words)[:40].strip("-") or "workload"

    @property
    def tags(self) -> Mapping[str, str]:
        """What makes a resource a part of the workload; nothing if no tags do."""
        return self.snapshot.selector.tags

    @property
    def labels(self) -> Mapping[str, str]:
        """The tags that what is new can be given: none of AWS's own."""
        return {key: each for key, each in self.tags.items() if not key.lower().startswith("aws:")}

    def arn(self, service: str, resource: str) -> str:
        """The ARN that a resource of this account would have here."""
        known = self.snapshot
        return f"arn:{known.partition}:{service}:{self.region}:{known.account}:{resource}"

    def ask(self, parameter: Parameter) -> Ref:
        """A value that whoever deploys it has to give."""
        self.parameters[parameter.name] = parameter
        return Ref(parameter.name)

    def note(self, text: str) -> None:
        """Something to be known before it is deployed."""
        self.notes[text] = None

    def add(self, name: Iterable[str], piece: Piece) -> Ref | None:
        """Add a resource under a logical id made of the words; None: it cannot be written."""
        if any(_REPLACED in text for text in _texts(piece.properties)):
            for each in piece.about or (piece.type,):
                self.leave_out(each, f"a name or tag holds {_REPLACED!r}, which would be replaced")
            return None
        wanted = "".join(w[:1].upper() + w[1:] for text in name for w in _WORD.findall(text))
        wanted = wanted[:_LONGEST] if wanted[:1].isalpha() else f"The{wanted[:_LONGEST]}"
        taken, number = {each.lower() for each in self.pieces}, 1
        logical = wanted
        while logical.lower() in taken:
            number += 1
            logical = f"{wanted}X{number}"
        self.pieces[logical] = piece
        return Ref(logical)

    def leave_out(self, resource: str, why: str) -> None:
        """Say that nothing was written for a resource, and why."""
        row = LeftOut(resource=resource, why=why)
        if row not in self.left_out:
            self.left_out.append(row)


def says(text: object, longest: int) -> str:
    """A text for people, of any origin: visible, short, and nothing that would be replaced."""
    shown = plain(text).replace("{{", "{ {")
    return shown if len(shown) <= longest else f"{shown[: longest - 3]}..."


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as most of CloudFormation's types have them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from (key, *_texts(each))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
