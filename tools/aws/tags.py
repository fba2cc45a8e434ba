"""Tags that neither an item nor the first question told: asked for once, many at a time."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from tools.aws.answers import search
from tools.aws.asking import Asker, chunks, filled
from tools.aws.declarations import Batch, Call, Reference
from tools.aws.gate import TAG_INDEX
from tools.aws.identity import tags_of
from tools.aws.inventory import Found, Inventory, Sighted
from tools.aws.members import Members
from tools.aws.redaction import redact

_INDEX_BATCH = Batch(arguments={"ResourceARNList": "{ids}"}, size=100)


class Tags:
    """The tags of resources."""

    def __init__(self, asker: Asker, members: Members) -> None:
        self._asker, self._members = asker, members
        self._read: dict[str, dict[str, str]] = {}  # ARN -> tags that cost a call
        self._sought: set[str] = set()  # ids that the index was asked about

    def of(self, seen: Sequence[Sighted]) -> dict[str, dict[str, str]]:
        """Tags by ARN, of resources whose items or whose own tag call tell them."""
        due = [
            each
            for each in seen
            if each.collector.tag_call
            and each.arn not in self._read
            and not self._members.tags_in_index(each)
        ]
        grouped: dict[tuple[str, str], list[Sighted]] = defaultdict(list)
        for each in due:
            grouped[each.collector.type, each.region].append(each)
        jobs: list[list[Sighted]] = []
        for group in grouped.values():
            call = group[0].collector.tag_call
            jobs += chunks(group, call.batch.size if call and call.batch else 1)
        for tags in self._asker.at_once(self._ask, jobs, lambda job: job[0].collector.read.service):
            self._read |= tags
        return {each.arn: self._known(each) for each in seen}

    def recognise(self, inventory: Inventory) -> None:
        """Ask for the tags of neighbours that told none; who carries the tag is a member."""
        if not self._members.selector.tags:
            return
        due = [found for found in inventory if self._is_silent(found)]
        self._sought.update(found.resource.id for found in due)
        by_region: dict[str, list[Found]] = defaultdict(list)
        for found in due:
            by_region[self._asker.home(found.seen.collector, found.seen.region)].append(found)
        jobs = [
            (region, [found.seen.arn for found in chunk])
            for region, group in by_region.items()
            for chunk in chunks(group, _INDEX_BATCH.size)
        ]
        for (region, _), answers in zip(
            jobs,
            self._asker.at_once(lambda job: self._ask_index(*job), jobs, lambda _: ""),
            strict=True,
        ):
            for entry in (entry for _, answer in answers if answer for entry in answer):
                if named := inventory.resolve(Reference(value=entry["ResourceARN"]), region):
                    tags = tags_of(entry, "Tags")
                    named.resource.tags = redact(tags)
                    named.resource.member |= self._members.match(tags)

    def _known(self, seen: Sighted) -> dict[str, str]:
        if seen.collector.tags:
            return tags_of(seen.item, seen.collector.tags)
        return self._read.get(seen.arn, {})

    def _is_silent(self, found: Found) -> bool:
        own = found.seen.collector
        return (
            found.resource.id not in self._sought
            and not found.resource.member
            and not found.resource.tags
            and not own.tags
            and not own.tag_call
            and found.seen.arn.startswith("arn:")
            and self._asker.scans(found.resource.region)
        )

    def _ask(self, seen: list[Sighted]) -> dict[str, dict[str, str]]:
        own = seen[0].collector
        call, home = own.tag_call, self._asker.home(own, seen[0].region)
        if call is None:
            return {}
        if call.batch:
            shares = ask_together(self._asker, call, home, [(s.plain_id, s.arn) for s in seen])
            return {
                each.arn: {k: v for entry in share or () for k, v in tags_of(entry, "Tags").items()}
                for each, share in zip(seen, shares, strict=True)
            }
        [each] = seen
        names = self._asker.names(each.plain_id, each.arn, home)
        arguments = filled(call.arguments, names, each.item)
        answer = self._asker.ask(call, home, arguments, about=each.arn)
        return {each.arn: tags_of({"Tags": answer}, "Tags") if _is_data(answer) else {}}

    def _ask_index(self, region: str, arns: list[str]) -> list[tuple[list[str], Any]]:
        answers = self._asker.ask_many(TAG_INDEX, region, _INDEX_BATCH, arns)
        return [(ids, answer if isinstance(answer, list) else None) for ids, answer in answers]


def ask_together(
    asker: Asker, call: Call, region: str, names: Sequence[tuple[str, str]]
) -> list[list[Any] | None]:
    """What a call with a `batch` says about each of many (id, ARN); None if refused."""
    if call.batch is None:
        raise ValueError(f"{call.operation} asks for one resource at a time")
    shares: dict[str, list[Any]] = defaultdict(list)
    refused: set[str] = set()
    for ids, answer in asker.ask_many(call, region, call.batch, [plain for plain, _ in names]):
        if isinstance(answer, list):
            for item in answer:
                shares[str(search(call.about, item))].append(item)
        elif answer is not None:
            refused.update(ids)
    return [
        None if plain in refused else shares.get(plain) or shares.get(arn) or []
        for plain, arn in names
    ]


def _is_data(answer: Any) -> bool:
    return isinstance(answer, list | dict)
