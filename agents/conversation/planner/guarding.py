"""What no rule has used of a question: asked back rather than left out.

A rule finds what it looks for and passes over the rest. That is well for `please` and `for the
meeting`; it is not for `payments-db`, `only the queues` or `in Dublin`.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from agents.conversation.planner import cues
from agents.conversation.planner.calls import Call, clarify
from agents.conversation.planner.ordinary import is_ordinary
from agents.conversation.planner.reading import Reading
from agents.conversation.planner.vocabulary import Named
from agents.conversation.planner.words import words
from tools.recommending.topics import vocabulary

_NARROWS = (
    r"(?:about|against|around|at|behind|concerning|covering|for|from|in|inside|of|on|only|regarding"
    r"|under|with|within|without)"
)
_ASKS = (
    r"(?:explain|describe|recommend|suggest|draw|sketch|list|show|why (?:is|are|does|did|was|do))"
)
_ENDS = re.compile(
    r"[,;:.?!()]|\b(?:and|or|but|so|that|which|who|because|if|when|while|before|after|since|to|i|we"
    r"|you|they|it|is|are|was|were|has|have|had|does|do|did|would|will|can|could|should|must)\b"
)
_BETWEEN = r"(?:,| and| or| plus| &)+ (?:(?:the|our|my|all|every|each) )*"
_ALSO_WORDS = frozenset(("api", "instance", "key", "role", "service", "topic"))  # beside kinds
_OF_SEVERITY = (
    r"\b%s(?:[ -](?:severity|priority))? "
    r"(?:findings?|ones?|issues?|problems?|risks?|recommendations?)\b"
)
_WORD = re.compile(r"[a-z][a-z'-]*")
_ONE_OF = {  # how one of several is asked for
    "explain": "explain {}",
    "lose": "what if we lose {}",
    "recommend": "recommendations for {}",
    "runbook": "runbook for {}",
    "show": "findings on {}",
    "sweep": "sweep {}",
}
_WHOLE = {  # what verbs answer for, beside any category or resource
    "as_code": "Code is for the whole workload",
    "compare": "Results are compared as a whole",
    "diagram": "The diagram shows the whole workload",
    "sweep": "A sweep is of the workload, or of a category",
    "runbook": "A runbook is for the workload, or for one category, kind or name",
    "what_if": "A what-if grades the whole workload",
}


def guarded(call: Call, reading: Reading) -> Call:
    """The call, or what to ask because it would leave something out."""
    if call.verb in ("clarify", "docs"):
        return call
    told = " ".join(map(_told, call.arguments.values())).lower()
    return (
        _unknown(call, reading, told)
        or _one_of_several(call, reading, told)
        or _narrower(call, reading, told)
        or call
    )


def _told(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _unknown(call: Call, reading: Reading, told: str) -> Call | None:
    """A name that there is not, or a restriction to something that nobody knows."""
    for name in reading.strangers:
        if name not in told:
            return unknown_name(name, reading)
    fixes = bool(call.arguments.get("fixes"))
    for kind in (*_not_here(call, reading), *_beside_a_kind(reading)):
        if _noun(kind) not in told and not (fixes and reading.vocabulary.speaks_of_fixes(kind)):
            return unknown_name(kind, reading)
    strange = [word for word in _restricting(reading) if word not in told]
    if fixes or not strange:
        return None
    if call.verb == "recommend" or call.arguments.get("what") == "overall":
        return clarify("not_understood")
    return unknown_name(strange[0], reading)


def unknown_name(name: str, reading: Reading) -> Call:
    """There is nothing that is called so."""
    return clarify("unknown_name", f"{name!r} is none.", reading.vocabulary.alike(name))


def _one_of_several(call: Call, reading: Reading, told: str) -> Call | None:
    """Several are named where a verb takes one."""
    in_full = () if reading.parts else reading.named
    named = list(dict.fromkeys(each.name or each.id for each in in_full))
    for names in (named, reading.parts, reading.zones, reading.categories, reading.regions):
        left = [each for each in names if not _is_named(each, reading, told)]
        if left and len(left) < len(names):
            return _one_at_a_time(call, names)
    kinds = [] if call.arguments.get("fixes") else _listed_kinds(reading)
    covered = [_covers(call, told, kind, reading) for kind in kinds]
    return _one_at_a_time(call, kinds) if any(covered) and not all(covered) else None


def _one_at_a_time(call: Call, names: Sequence[str]) -> Call:
    asked = "which {}s do we have" if "kind" in call.arguments else _ONE_OF.get(call.verb, "{}")
    return clarify("ambiguous", "One at a time: which one?", [asked.format(each) for each in names])


def _listed_kinds(reading: Reading) -> list[str]:
    """`database` and `queue` of `the databases and the queue`: kinds of which there are some."""
    kinds = [kind for kind in reading.kinds if _types(kind, reading)]
    found: dict[str, None] = {}
    for one, other in pairwise(kinds):
        listed = rf"\b{re.escape(one)}(?:e?s)?{_BETWEEN}{re.escape(other)}(?:e?s)?\b"
        if re.search(listed, reading.unnamed):
            found |= {one: None, other: None}
    return list(found)


def _is_named(name: str, reading: Reading, told: str) -> bool:
    """Whether a verb is told a name, or one that it is a part of."""
    of_part = reading.vocabulary.parted(name) if name in reading.parts else ()
    return name.lower() in told or any(_is_told(each, told) for each in of_part)


def _narrower(call: Call, reading: Reading, told: str) -> Call | None:
    """A part is named where a verb answers for all."""
    if reading.checks or call.arguments.get("fixes"):
        return None
    left = next(_left_out(call, reading, told), None)
    if left is None:
        return None
    whole = _WHOLE.get(
        call.verb, "Letters and findings are of the workload, a category or a resource"
    )
    apart = left in (*reading.severities, *reading.zones, *reading.regions)
    options = [] if apart else [f"recommendations for {left}", f"runbook for {left}"]
    return clarify("left_out", f"{whole}: {left!r} cannot be picked out.", options)


def _left_out(call: Call, reading: Reading, told: str) -> Iterator[str]:
    """What restricts the question, and what the verb is not told."""
    known = any(_is_told(each, told) for each in reading.named)
    if not known and not any(part in told for part in reading.parts):
        yield from (each.name or each.id for each in reading.named)
    if call.verb != "what_if":
        yield from (each for each in reading.categories if each not in told)
    yield from (each for each in (*reading.zones, *reading.regions) if each not in told)
    for severity in reading.severities:
        if severity not in told and reading.has(_OF_SEVERITY % severity):
            yield severity
    if not reading.named:
        yield from _kinds(call, reading, told)


def _is_told(resource: Named, told: str) -> bool:
    return resource.id.lower() in told or (resource.name.lower() or resource.id) in told


def _kinds(call: Call, reading: Reading, told: str) -> Iterator[str]:
    """Kinds and services of this workload to which a question is restricted, and a verb is not."""
    for kind in (*reading.kinds, *vocabulary()):
        if (
            kind in reading.unnamed
            and _narrows(kind, reading)
            and _types(kind, reading)
            and not _covers(call, told, kind, reading)
        ):
            yield kind


def _narrows(kind: str, reading: Reading) -> bool:
    """`for the queues`, `only our database`."""
    of = rf"\b{_NARROWS} (?:[\w-]+ ){{0,2}}{re.escape(kind)}(?:e?s)?\b"
    return re.search(of, reading.unnamed) is not None


def _types(kind: str, reading: Reading) -> set[str]:
    """The types that a kind or a service means, of which there are any."""
    own = vocabulary().get(kind)
    types = {*reading.vocabulary.types_of(_noun(kind)), *(own.types if own else ())}
    return types & {each.type for each in reading.vocabulary.resources}


def _noun(kind: str) -> str:
    return words().synonyms.get(kind, kind)


def _covers(call: Call, told: str, kind: str, reading: Reading) -> bool:
    """Whether what a verb is told is of a kind, or a topic of that kind."""
    said = str(call.arguments.get("topic") or call.arguments.get("scope") or "")
    types = _types(kind, reading)
    if kind in said or _noun(kind) in told:
        return True
    for each in said.split(" and "):
        topic = vocabulary().get(each)
        if topic and (
            types & {*topic.types} or re.search(cues.TOPICS.get(topic.name, "(?!)"), kind)
        ):
            return True
    return any(_is_told(each, told) for each in reading.vocabulary.resources if each.type in types)


def _not_here(call: Call, reading: Reading) -> Iterator[str]:
    """Kinds of which there is none here."""
    for kind in () if call.verb == "recommend" else reading.kinds:
        if kind not in _ALSO_WORDS and not _types(kind, reading) and _narrows(kind, reading):
            yield kind


def _beside_a_kind(reading: Reading) -> Iterator[str]:
    """`payments` of `the payments database` and of `the database payments`."""
    for spelling in reading.kinds:
        for pattern in (rf"([a-z][\w-]*) {spelling}(?:e?s)?\b", rf"\b{spelling} ([a-z][\w-]*)"):
            found = re.findall(pattern, reading.unnamed)
            yield from (word for word in found if _is_strange(word, reading))


def _restricting(reading: Reading) -> Iterator[str]:
    """Words that restrict a question and that nobody knows."""
    for match in re.finditer(rf"\b(?:{_NARROWS}|{_ASKS})\b ", reading.unnamed):
        rest = reading.unnamed[match.end() :]
        end = _ENDS.search(rest)
        said = _WORD.findall(rest[: end.start()] if end else rest)
        yield from (word for word in said if _is_strange(word, reading))


def _is_strange(word: str, reading: Reading) -> bool:
    bare = word.removesuffix("'s").strip("'-")
    return (
        len(bare) > 2
        and not is_ordinary(bare)
        and bare not in reading.vocabulary.own_words
        and not reading.vocabulary.parted(bare)
    )
