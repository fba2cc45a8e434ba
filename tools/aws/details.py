"""Follow-up calls: what the item of a resource does not tell."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from typing import Any

from tools.aws.answers import parse_json_texts, search
from tools.aws.asking import Asker, chunks, filled, nothing
from tools.aws.declarations import Call
from tools.aws.inventory import Found, Inventory
from tools.aws.redaction import redact
from tools.aws.refusals import Refusal
from tools.aws.tags import ask_together

# An account-wide list may hold so many items for each call that it could spare: with AWS's pages of
# 50 it then costs a quarter of these calls at most.
_ITEMS_FOR_A_CALL = 12

_Job = tuple[Found, Call, Any]  # the element of an earlier answer is the third, where there is one
_Together = tuple[Call, list[Found], Future[list[list[Any] | None]]]  # one answer about many
_Facts = dict[str, dict[str, Any]]  # resource id -> operation -> answer


class Details:
    """Makes the follow-up calls of members and of what they use."""

    def __init__(self, asker: Asker, inventory: Inventory) -> None:
        self._asker, self._inventory = asker, inventory
        self._sparing: Counter[tuple[Call, str]] = Counter()  # calls that one in a Region may spare

    def read(self) -> None:
        """Make the calls that are due, and learn what the answers refer to."""
        due = [f for f in self._inventory if not f.detailed and (f.resource.member or f.used)]
        for found in due:
            found.detailed = True
        due = [found for found in due if found.seen.collector.follow_ups and self._reaches(found)]
        facts: _Facts = defaultdict(dict)
        together = self._begin_together(due)
        longest = max((len(found.seen.collector.follow_ups) for found in due), default=0)
        self._ask_each([(f, call, None) for f, call in _calls(due) if not call.over], facts)
        _share(together, facts)
        for position in range(longest):  # a call may go over the answer of any call before it
            self._ask_each(list(_over_answers(due, position, facts)), facts)
        for found in due:
            raw = facts[found.resource.id]
            if raw:
                found.references.extend(found.seen.references(raw))
                redacted = found.seen.collector.redact
                found.resource.facts |= {op: redact(fact, redacted) for op, fact in raw.items()}

    def _reaches(self, found: Found) -> bool:
        region = found.resource.region
        if self._asker.scans(region):
            return True
        action = f"{found.seen.collector.read.service}:*"
        why = f"{region} was not searched; add --region {region}"
        self._asker.note_not_scanned(action, region, found.resource.id, why)
        return False

    def _ask_each(self, jobs: list[_Job], facts: _Facts) -> None:
        jobs = [job for job in jobs if not job[1].batch and _applies(job[1], job[0])]
        refused: set[tuple[str, str]] = set()
        self._sparing = Counter(
            (call.unless.call, self._region(found)) for found, call, _ in jobs if call.unless
        )
        answers = self._asker.at_once(self._ask, jobs, lambda job: job[1].service)
        for (found, call, each), answer in zip(jobs, answers, strict=True):
            mine = facts[found.resource.id]
            fact = parse_json_texts(answer, found.seen.collector.json_texts)
            if isinstance(answer, Refusal):
                refused.add((found.resource.id, call.operation))
            elif each is None:
                mine[call.operation] = fact
            else:
                mine.setdefault(call.operation, []).append(fact)
        for identity, operation in refused:  # a list that lacks one answer is no list
            facts[identity].pop(operation, None)

    def _ask(self, job: _Job) -> Any:
        found, call, each = job
        if self._is_spared(found, call):
            return nothing(call)
        arguments = self._arguments(found, call, each)
        answer = self._asker.ask(call, self._region(found), arguments, about=found.resource.id)
        return {} if answer is None else answer

    def _arguments(self, found: Found, call: Call, each: Any = None) -> dict[str, Any]:
        seen, more = found.seen, {"name": found.resource.name, "each": each}
        names = self._asker.names(seen.plain_id, seen.arn, self._region(found), **more)
        return filled(call.arguments, names, seen.item)

    def _is_spared(self, found: Found, call: Call) -> bool:
        """Whether another answer shows that the call would find nothing."""
        if call.unless is None:
            return False
        other, region = call.unless.call, self._region(found)
        most_items = None
        if other not in found.seen.collector.follow_ups:  # which are made anyway
            spared = self._sparing[other, region]
            if spared < 2:
                return False
            most_items = _ITEMS_FOR_A_CALL * spared
        answer = self._asker.hint(other, region, self._arguments(found, other), most_items)
        seen = {"answer": answer, "id": found.seen.plain_id}
        return answer is not None and bool(search(call.unless.says, seen))

    def _begin_together(self, due: Iterable[Found]) -> list[_Together]:
        wanted: dict[tuple[Call, str], list[Found]] = defaultdict(list)
        for found, call in _calls(due):
            if call.batch and _applies(call, found):
                wanted[call, self._region(found)].append(found)
        jobs = [
            (call, region, chunk)
            for (call, region), group in wanted.items()
            for chunk in chunks(group, call.batch.size if call.batch else 1)
        ]
        begun = self._asker.begin(
            lambda job: ask_together(
                self._asker, job[0], job[1], [(f.seen.plain_id, f.seen.arn) for f in job[2]]
            ),
            jobs,
            lambda job: job[0].service,
        )
        return [(call, chunk, shares) for (call, _, chunk), shares in zip(jobs, begun, strict=True)]

    def _region(self, found: Found) -> str:
        return found.seen.collector.region or found.resource.region


def _share(together: Iterable[_Together], facts: _Facts) -> None:
    """Give every resource its share of the answers about many."""
    for call, chunk, shares in together:
        for found, share in zip(chunk, shares.result(), strict=True):
            if share is not None:
                texts = found.seen.collector.json_texts
                facts[found.resource.id][call.operation] = parse_json_texts(share, texts)


def _calls(due: Iterable[Found]) -> Iterator[tuple[Found, Call]]:
    for found in due:
        for call in found.seen.collector.follow_ups:
            yield found, call


def _applies(call: Call, found: Found) -> bool:
    return not call.when or bool(search(call.when, found.seen.item))


def _over_answers(
    due: Iterable[Found], position: int, facts: Mapping[str, dict[str, Any]]
) -> Iterator[_Job]:
    """The calls to make for each element of an earlier answer; a fact without elements is []."""
    for found in due:
        calls = found.seen.collector.follow_ups[position : position + 1]
        so_far = facts[found.resource.id]
        for call in calls:
            if call.over and call.over[0] in so_far and _applies(call, found):
                so_far[call.operation] = []
                for each in search(call.over[1], so_far[call.over[0]]) or ():
                    yield found, call, each
