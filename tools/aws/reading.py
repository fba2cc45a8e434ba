"""Reading what is wanted: many by id, one by one, or picked out of a list of the account."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tools.aws.asking import Asker, chunks, filled
from tools.aws.declarations import Collector, Item, collectors
from tools.aws.identity import plain_id
from tools.aws.inventory import Inventory, Sighted, sight
from tools.aws.members import Members, Wanted
from tools.aws.refusals import Refusal
from tools.aws.tags import Tags


@dataclass
class Listed:
    """Every resource of a type in a Region, as one call lists them."""

    seen: list[Sighted]
    refused: bool  # the list, or a part of it, could not be read

    @cached_property
    def by_name(self) -> dict[str, list[Sighted]]:
        """The resources by each of their names."""
        index: dict[str, list[Sighted]] = defaultdict(list)
        for each in self.seen:
            for name in each.names:
                index[name].append(each)
        return index


class Lists:
    """Account-wide lists, each read once."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._begun: dict[tuple[str, str], Future[Listed]] = {}  # by type and Region

    def begin(self, wanted: Iterable[tuple[Collector, str]]) -> list[tuple[str, str]]:
        """Ask for the lists of types in Regions that nobody asked for yet; don't wait for them."""
        keys = [(c.type, self._asker.home(c, region)) for c, region in wanted]
        due = [key for key in dict.fromkeys(keys) if key not in self._begun]
        futures = self._asker.begin(self._ask, due, lambda key: _service(key[0]))
        self._begun.update(zip(due, futures, strict=True))
        return keys

    def read(self, wanted: Iterable[tuple[Collector, str]]) -> list[Listed]:
        """The lists of types in Regions."""
        return [self._begun[key].result() for key in self.begin(wanted)]

    def has(self, collector: Collector, region: str) -> bool:
        """Whether the list was asked for already."""
        return (collector.type, self._asker.home(collector, region)) in self._begun

    def _ask(self, key: tuple[str, str]) -> Listed:
        collector, region = collectors()[key[0]], key[1]
        answers = [
            self._asker.ask(collector.read, region, {**collector.read.arguments, **more})
            for more in collector.list_with or ({},)
        ]
        items = [item for answer in answers if isinstance(answer, list) for item in answer]
        seen = [s for item in items if (s := sight(self._asker, collector, region, item))]
        return Listed(seen, refused=any(isinstance(answer, Refusal) for answer in answers))


@dataclass
class _Request:
    """References of one type in one Region that are read together."""

    collector: Collector
    region: str
    references: list[str]


@dataclass
class _Answered:
    seen: list[Sighted] = field(default_factory=list)
    unreadable: list[Sighted] = field(default_factory=list)  # refused: only the name is known


class Reader:
    """Brings what is wanted into the inventory."""

    def __init__(
        self, asker: Asker, inventory: Inventory, members: Members, tags: Tags, lists: Lists
    ) -> None:
        self._asker, self._inventory, self._members = asker, inventory, members
        self._tags, self._lists = tags, lists

    def read(self, wanted: Iterable[Wanted], meanwhile: Callable[[], None]) -> None:
        """Read all that is wanted; what AWS does not know any more stays out.

        `meanwhile` is called when all lists are there, and the rest is still being asked for.
        """
        grouped: dict[tuple[str, str], list[str]] = defaultdict(list)
        for each in sorted(wanted):
            grouped[each.type, each.region].append(each.reference)
        requests = [_Request(collectors()[t], r, refs) for (t, r), refs in grouped.items()]
        listed = [r for r in requests if self._is_listed(r.collector, r.region)]
        self._lists.begin((r.collector, r.region) for r in listed)
        asked = [part for r in requests if r not in listed for part in _parts(r)]
        begun = self._asker.begin(self._ask, asked, lambda r: r.collector.read.service)
        lists = self._lists.read((r.collector, r.region) for r in listed)
        self._keep([self._pick(r, found) for r, found in zip(listed, lists, strict=True)])
        meanwhile()
        self._keep([future.result() for future in begun])

    def _keep(self, answers: Sequence[_Answered]) -> None:
        self.keep([seen for answer in answers for seen in answer.seen])
        for seen in (s for answer in answers for s in answer.unreadable):
            tags = self._members.tags_in_index(seen)
            self._inventory.add_unreadable(seen, tags=tags or {}, member=tags is not None)

    def keep(self, seen: Sequence[Sighted]) -> None:
        """Take resources into the inventory, with their tags."""
        tags = self._tags.of([each for each in seen if each not in self._inventory])
        for each in seen:
            indexed, own = self._members.tags_in_index(each), tags.get(each.arn, {})
            member = indexed is not None or self._members.match(own)
            found = self._inventory.add(each, tags=indexed or own, member=member)
            kind = {"type": found.resource.type, "member": found.resource.member}
            self._asker.observe("resource", kind)

    def _is_listed(self, collector: Collector, region: str) -> bool:
        return collector.lists or self._lists.has(collector, region)

    def _pick(self, request: _Request, listed: Listed) -> _Answered:
        own = request.collector
        answered = _Answered()
        picked: dict[int, Sighted] = {}
        for reference in request.references:
            names = (reference, plain_id(own, reference))
            found = [each for name in names for each in listed.by_name.get(name, ())]
            picked |= {id(each): each for each in found}
            if not found and listed.refused:
                answered.unreadable.append(self._named(own, request.region, reference))
        answered.seen = list(picked.values())
        return answered

    def _ask(self, request: _Request) -> _Answered:
        own, region = request.collector, request.region
        answered = _Answered()
        if own.batch:
            plain = {plain_id(own, reference): reference for reference in request.references}
            for ids, answer in self._asker.ask_many(own.read, region, own.batch, sorted(plain)):
                if isinstance(answer, Refusal):
                    answered.unreadable += [self._named(own, region, plain[i]) for i in ids]
                answered.seen += self._sight(own, region, answer)
            return answered
        named = self._named(own, region, request.references[0])
        names = self._asker.names(named.plain_id, named.arn, region)
        known = {"_id": named.plain_id, "_parts": names["parts"]}
        answer = self._asker.ask(
            own.read,
            region,
            filled(own.read.arguments, names, known),
            about=named.arn,
            absent_if_not_found=True,
        )
        if isinstance(answer, Refusal):
            answered.unreadable.append(named)
        elif answer is not None:
            items = answer if isinstance(answer, list) else [answer]
            answered.seen = self._sight(own, region, [{**item, **known} for item in items])
        return answered

    def _named(self, collector: Collector, region: str, reference: str) -> Sighted:
        """A resource of which only an id or ARN is known."""
        plain = plain_id(collector, reference)
        arn = self._asker.arn(collector, plain, region)
        where = "global" if collector.region else region
        return Sighted(
            collector, where, {}, plain, reference if reference.startswith("arn:") else arn
        )

    def _sight(self, collector: Collector, region: str, items: Any) -> list[Sighted]:
        raw: list[Item] = items if isinstance(items, list) else []
        return [seen for item in raw if (seen := sight(self._asker, collector, region, item))]


def _parts(request: _Request) -> Iterator[_Request]:
    """The request, cut into what one call can bring; nothing is asked for under two names."""
    own = request.collector
    references = list({plain_id(own, each): each for each in request.references}.values())
    for chunk in chunks(references, own.batch.size if own.batch else 1):
        yield _Request(own, request.region, chunk)


def _service(kind: str) -> str:
    return collectors()[kind].read.service
