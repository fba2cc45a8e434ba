"""Good practice beyond the checks: what findings do not ask for, and is worth doing all the same.

Each table of the TOML files here is one: what it is (`title`), why, on which `themes`, how it is
carried out (as in `tools.recommending.how`). With `types` it is for resources of these types on
which `done` (a call and a JMESPath, true where it is done) does not hold; without, for the workload
as a whole. `worth` ranks it among the others: 3 is what one does first.

One for the workload as a whole is for workloads with a member of a type in `where` (`*` for any
part), and is in place where a check in `passing` passes and never fails, where people attest the
good answer to `question`, or where what it is about carries one of the tags `tagged`.
"""

import tomllib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Any

import jmespath
from pydantic import BaseModel, ConfigDict

from state.categories import categories
from state.grades import Documentation
from state.judgements import Cost, Effort, Judgement, Layer, Verdict
from state.premises import Premises
from state.recommendations import Way
from state.snapshot import Resource, Snapshot
from tools.recommending.how import Recipe

_BY_PEOPLE = "people do it: there is nothing to declare"


class Practice(BaseModel):
    """Something worth doing that no check asks for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    title: str
    why: str
    themes: tuple[str, ...]
    category: str
    layer: Layer
    effort: Effort
    cost: Cost
    worth: int = 1
    types: tuple[str, ...] = ()
    done: str = ""  # "operation path"
    where: tuple[str, ...] = ()
    passing: tuple[str, ...] = ()
    question: str = ""
    tagged: tuple[str, ...] = ()  # keys, in lower case
    documentation: Documentation
    recipe: Recipe

    def open_on(self, snapshot: Snapshot) -> Sequence[Resource]:
        """The members on which it is not done yet, as far as was read."""
        return [
            resource
            for resource in sorted(snapshot.resources.values(), key=lambda each: each.id)
            if resource.member and resource.type in self.types and not self._is_done(resource)
        ]

    def is_for(self, members: Collection[Resource]) -> bool:
        """Whether it makes sense in a workload of these members."""
        return not self.where or any(
            fnmatchcase(each.type, kind) for each in members for kind in self.where
        )

    def is_in_place(self, subject: Collection[Resource], known: "Known") -> bool:
        """Whether something shows that it is followed; `subject`: what it is about."""
        return (
            any(check in known.passing for check in self.passing)
            or self.question in known.attested
            or (
                bool(self.tagged and subject)
                and all({key.casefold() for key in each.tags} & {*self.tagged} for each in subject)
            )
        )

    def _is_done(self, resource: Resource) -> bool:
        operation, _, path = self.done.partition(" ")
        return bool(jmespath.search(path, resource.facts.get(operation)))


@dataclass(frozen=True)
class Known:
    """What is known of a workload beside its facts."""

    passing: frozenset[str]  # checks that pass somewhere and fail nowhere
    attested: frozenset[str]  # questions to which people attest the answer one hopes for


def known_of(rows: Iterable[Judgement], premises: Premises, day: date) -> Known:
    """What rows and premises say of practices, on the day the account was read."""
    by_verdict: dict[Verdict, set[str]] = defaultdict(set)
    for row in rows:
        by_verdict[row.verdict].add(row.check)
    good = {question.id: question.good for each in categories() for question in each.questions}
    word = {
        each.question: each.answer
        for each in sorted(premises.attestations, key=lambda each: each.on)
        if each.question and each.counts_on(day)
    }
    return Known(
        passing=frozenset(by_verdict[Verdict.PASS] - by_verdict[Verdict.FAIL]),
        attested=frozenset(each for each, answer in word.items() if answer is good[each]),
    )


@cache
def practices() -> tuple[Practice, ...]:
    """Every practice, what is worth most first."""
    found: dict[str, Practice] = {}
    for file in sorted(files(__name__).iterdir(), key=lambda each: each.name):
        if file.name.endswith(".toml"):
            for key, table in tomllib.loads(file.read_text("utf-8")).items():
                if key in found:
                    raise ValueError(f"{file.name}: {key} is there twice")
                found[key] = _practice(key, table)
    return tuple(sorted(found.values(), key=lambda each: (-each.worth, each.key)))


def _practice(key: str, table: Mapping[str, Any]) -> Practice:
    own = Recipe.model_fields.keys() - {"title"}  # which is the practice's
    recipe = {name: value for name, value in table.items() if name in own}
    none = {way: _BY_PEOPLE for way in Way if way not in recipe} | recipe.get("none", {})
    rest = {name: value for name, value in table.items() if name not in recipe}
    return Practice(key=key, recipe=Recipe(**{**recipe, "none": none}), **rest)
