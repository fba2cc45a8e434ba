"""Discovery: from a selector to a snapshot, by executing the collectors' declarations.

Members come from the tag index (or the stack, or the resource group) united with what the index cannot
see; from every member one hop is taken along its relations, and a resource reached that way which
carries the tag is a member too. Cost follows the workload: only its types are read.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

import jmespath

from state.errors import NothingMatches
from state.snapshot import Gap, GapReason, Relation, Resource, Selector, Snapshot
from tools.aws.account import (
    GROUP_RESOURCES,
    STACK_RESOURCES,
    TAG_INDEX,
    TAG_KEYS,
    TAG_VALUES,
    Account,
    Refusal,
)
from tools.aws.answers import parse_json_texts
from tools.aws.declarations import Batch, Call, Collector, Find, Item, Reference, collectors
from tools.aws.identity import collector_of_arn, id_in, make_arn, plain_id, tags_of
from tools.aws.redaction import redact

CALLS_IN_FLIGHT = 16  # beyond that Python is the limit, not latency
_ARNS_PER_TAG_CALL = 100
_DOMAINS = {"aws-cn": "amazonaws.com.cn"}  # of service addresses, by partition

_T = TypeVar("_T")

Observe = Callable[[str, Mapping[str, Any]], None]


def discover(
    account: Account, selector: Selector, regions: list[str], observe: Observe | None = None
) -> Snapshot:
    """Read the workload's resources, their neighbours and relations in the Regions given.

    Raises:
        NothingMatches: nothing carries the tag; says where was searched and what tags exist there.
        CredentialsRefused, AccountUnreachable: AWS cannot be asked at all.
    """
    started = time.perf_counter()
    account_id, partition = account.identify(regions[0])
    with ThreadPoolExecutor(CALLS_IN_FLIGHT, thread_name_prefix="aws") as pool:
        reader = _Reader(
            account, pool, account_id, partition, selector, observe or (lambda *_: None)
        )
        for region in regions:
            reader.find_members(region)
        if not reader.wanted and not reader.found:
            raise NothingMatches(_nothing_matches(account, selector, regions))
        reader.read_until_nothing_is_new()
        if not any(found.resource.member for found in reader.found.values()):
            raise NothingMatches(_nothing_matches(account, selector, regions))
        return reader.snapshot(regions, time.perf_counter() - started)


@dataclass
class _Found:
    """A resource that was read, and what it refers to."""

    resource: Resource
    collector: Collector
    item: Mapping[str, Any]
    plain_id: str
    aliases: frozenset[str]
    references: list[Reference] = field(default_factory=list)
    detailed: bool = False  # follow-up calls were made


@dataclass(frozen=True)
class _Wanted:
    """A resource that is to be read: its type, Region and the id or ARN by which it is known."""

    type: str
    region: str
    reference: str


class _Reader:
    def __init__(
        self,
        account: Account,
        pool: ThreadPoolExecutor,
        account_id: str,
        partition: str,
        selector: Selector,
        observe: Observe,
    ) -> None:
        self.account, self.pool, self.observe = account, pool, observe
        self.account_id, self.partition, self.selector = account_id, partition, selector
        self.index: dict[str, dict[str, str]] = {}  # ARN or id -> tags, of members
        self.wanted: set[_Wanted] = set()
        self.asked: set[_Wanted] = set()
        self.found: dict[str, _Found] = {}
        self.names: dict[tuple[str, str], str] = {}  # (type, id or alias or ARN) -> resource id
        self.any_name: dict[str, str] = {}  # id, alias or ARN -> resource id
        self.gaps: dict[tuple[str, str, str | None], Gap] = {}
        self.unread: dict[str, Resource] = {}  # members of types that no collector reads
        self.lists: dict[tuple[str, str], list[Mapping[str, Any]] | None] = {}  # (type, Region)
        self.together: dict[str, list[Item] | None] = {}  # batched request -> items
        self.tags_read: dict[str, dict[str, str]] = {}  # resource id -> tags that cost a call
        self.tags_sought: set[str] = set()  # neighbours whose tags the index was asked for
        self.regions: list[str] = []

    # -- who belongs to the workload ------------------------------------------------------------

    def find_members(self, region: str) -> None:
        """Ask the tag index, the stack or the resource group; list what the index cannot see."""
        self.regions.append(region)
        if self.selector.resource_group:
            self._find_in_group(region)
        if stack := self.selector.stack or self.selector.tags.get("aws:cloudformation:stack-name"):
            self._find_in_stack(stack, region)
        if self.selector.tags:
            self._find_by_tag(region)

    def _find_by_tag(self, region: str) -> None:
        filters = [{"Key": key, "Values": [value]} for key, value in self.selector.tags.items()]
        for entry in self._ask(TAG_INDEX, region, {"TagFilters": filters}) or ():
            self._want_member(entry["ResourceARN"], region, tags_of(entry, "Tags"))
        listed = [c for c in collectors().values() if Find.LISTED in c.find]
        for collector, items in zip(
            listed, self.pool.map(lambda c: self._list(c, region), listed), strict=True
        ):
            tags = self._tags_of_all(collector, items or [], region)
            tagged = [i for i, its in zip(items or [], tags, strict=True) if self._matches(its)]
            self._keep(collector, region, tagged)

    def _find_in_stack(self, stack: str, region: str) -> None:
        for entry in self._ask(STACK_RESOURCES, region, {"StackName": stack}) or ():
            identifier, kind = entry.get("PhysicalResourceId"), entry["ResourceType"]
            if not identifier or entry.get("ResourceStatus") == "DELETE_COMPLETE":
                continue
            if kind == "AWS::CloudFormation::Stack":
                self._find_in_stack(identifier, region)
            else:
                self._want_member(identifier, region, None, kind)

    def _find_in_group(self, region: str) -> None:
        arguments = {"Group": self.selector.resource_group}
        for entry in self._ask(GROUP_RESOURCES, region, arguments) or ():
            self._want_member(entry["ResourceArn"], region, None)

    def _want_member(
        self, reference: str, region: str, tags: dict[str, str] | None, kind: str | None = None
    ) -> None:
        collector = collectors().get(kind) if kind else collector_of_arn(reference)
        if collector is None:
            self._note_unread(reference, region, tags or {}, kind)
            return
        name = plain_id(collector, reference)
        arn = self._arn(collector, name if "*" not in (collector.arn or "") else reference, region)
        self.index[arn] = tags or {}
        self.index.setdefault(reference, tags or {})
        if arn == name:  # an ARN that cannot be made up: known by type and id until it is read
            self.index.setdefault(f"{collector.type} {name}", tags or {})
        self.wanted.add(_Wanted(collector.type, self._home(collector, region), reference))

    def _note_unread(
        self, reference: str, region: str, tags: dict[str, str], kind: str | None
    ) -> None:
        service, _, rest = reference.removeprefix("arn:").partition(":")[2].partition(":")
        if not reference.startswith("arn:"):
            service, rest = (kind or "::").split("::")[1].lower(), reference
        kind = kind or f"none:{service}/{rest.split(':')[-1].split('/')[0]}"
        self.unread[reference] = Resource(
            id=reference,
            type=kind,
            name=reference.rsplit(":", maxsplit=1)[-1].rsplit("/", maxsplit=1)[-1],
            region=region,
            member=True,
            tags=tags,
        )
        self._gap(
            Refusal(GapReason.NOT_SCANNED, "", f"{kind} is not among the types that are read"),
            f"{service}:*",
            region,
            reference,
        )

    def _matches(self, tags: Mapping[str, str]) -> bool:
        return bool(self.selector.tags) and all(
            tags.get(key) == value for key, value in self.selector.tags.items()
        )

    # -- reading --------------------------------------------------------------------------------

    def read_until_nothing_is_new(self) -> None:
        """Read what is wanted, follow its relations one hop, and again until no member is new."""
        while True:
            while self.wanted:
                batch, self.wanted = self.wanted, set()
                self.asked |= batch
                self._read(batch)
                self._recognise_members()
                self._detail()
                self._want_neighbours()
            self._attach()
            self._recognise_members()
            self._detail()
            self._want_neighbours()
            if not self.wanted:
                return

    def _read(self, wanted: Iterable[_Wanted]) -> None:
        by_kind: dict[tuple[str, str], list[str]] = defaultdict(list)
        for each in sorted(wanted, key=lambda w: (w.type, w.region, w.reference)):
            by_kind[each.type, each.region].append(each.reference)
        jobs: list[Callable[[], tuple[Collector, str, list[Mapping[str, Any]]]]] = []
        for (kind, region), references in by_kind.items():
            jobs.extend(self._reads(collectors()[kind], region, references))
        for collector, region, items in self.pool.map(lambda job: job(), jobs):
            self._keep(collector, region, items)

    def _reads(
        self, collector: Collector, region: str, references: list[str]
    ) -> Iterator[Callable[[], tuple[Collector, str, list[Mapping[str, Any]]]]]:
        ids = sorted({plain_id(collector, reference) for reference in references})
        if collector.batch:
            for start in range(0, len(ids), collector.batch.size):
                chunk = ids[start : start + collector.batch.size]
                arguments = dict(collector.read.arguments) | _fill(
                    collector.batch.arguments, {"ids": chunk}
                )
                yield lambda a=arguments: (
                    collector,
                    region,
                    self._ask(collector.read, region, a) or [],
                )
        elif collector.each:
            for one in ids:
                yield lambda i=one: (collector, region, self._read_one(collector, region, i))
        else:
            chosen = set(references) | set(ids)
            yield lambda: (
                collector,
                region,
                [
                    i
                    for i in self._list(collector, region) or []
                    if chosen & self._names_of(collector, i, region)
                ],
            )

    def _read_one(self, collector: Collector, region: str, plain: str) -> list[Mapping[str, Any]]:
        about = self._arn(collector, plain, region)
        names = {
            "id": plain,
            "parts": plain.split("/"),
            "account": self.account_id,
            "arn": about,
            "region": region,
            "domain": _DOMAINS.get(self.partition, "amazonaws.com"),
        }
        known = {"_id": plain, "_parts": plain.split("/")}
        answer = self._ask(
            collector.read, region, _fill(collector.read.arguments, names, known), resource=about
        )
        if answer is None:
            if (collector.read.operation, region, about) in self.gaps:
                self._keep_unreadable(collector, region, plain)
            return []
        items = answer if isinstance(answer, list) else [answer]
        return [{**item, "_id": plain} for item in items]

    def _list(self, collector: Collector, region: str) -> list[Mapping[str, Any]] | None:
        """Every resource of a type in a Region, listed once; None if that was refused."""
        key = (collector.type, self._home(collector, region))
        if key not in self.lists:
            answers = [
                self._ask(collector.read, key[1], {**collector.read.arguments, **more})
                for more in collector.list_with or ({},)
            ]
            read = [answer for answer in answers if answer is not None]
            self.lists[key] = [item for answer in read for item in answer] if read else None
        return self.lists[key]

    def _keep(self, collector: Collector, region: str, items: Iterable[Mapping[str, Any]]) -> None:
        kept = [parse_json_texts(raw, collector.json_texts) for raw in items]
        if collector.keep:
            kept = [item for item in kept if jmespath.search(collector.keep, item)]
        for item, own_tags in zip(kept, self._tags_of_all(collector, kept, region), strict=True):
            plain = id_in(collector, item)
            identity = self._identity(collector, item, region)
            if identity in self.found:  # asked for by another of its names
                for name in self._names_of(collector, item, region):
                    self.names.setdefault((collector.type, name), identity)
                    self.any_name.setdefault(name, identity)
                continue
            if (by_id := f"{collector.type} {plain}") in self.index:
                self.index.setdefault(identity, self.index[by_id])
            tags = self.index.get(identity) or own_tags
            home = "global" if collector.region else _region_in(collector, item) or region
            resource = Resource(
                id=identity,
                type=collector.type,
                name=self._name(collector, item, tags, plain),
                region=home,
                member=identity in self.index or self._matches(tags),
                tags=tags,
            )
            aliases = frozenset(self._names_of(collector, item, region))
            found = _Found(resource, collector, item, plain, aliases)
            found.references = list(self._references(found, {}))
            resource.facts[collector.read.operation] = redact(
                {k: v for k, v in item.items() if k != "_id"}, collector.redact
            )
            self.found[identity] = found
            for name in aliases | {identity}:
                self.names[collector.type, name] = identity
                self.any_name.setdefault(name, identity)
            self.observe("resource", {"type": resource.type, "member": resource.member})

    def _keep_unreadable(self, collector: Collector, region: str, plain: str) -> None:
        """A resource that exists by all accounts but could not be read: no facts, and a gap."""
        identity = self._arn(collector, plain, region)
        member = identity in self.index
        resource = Resource(
            id=identity,
            type=collector.type,
            name=plain.rsplit("/", maxsplit=1)[-1],
            region=region,
            member=member,
            tags=self.index.get(identity, {}),
        )
        self.found[identity] = _Found(resource, collector, {}, plain, frozenset({plain}), [], True)
        self.names[collector.type, plain] = self.names[collector.type, identity] = identity

    def _detail(self) -> None:
        """Make the follow-up calls for members and for what they refer to."""
        used = {
            target
            for found in self.found.values()
            if found.resource.member
            for reference in found.references
            if not reference.incoming and (target := self._resolve(reference)[0])
        }
        due = [
            found
            for identity, found in self.found.items()
            if not found.detailed and (found.resource.member or identity in used)
        ]
        answers: dict[str, dict[str, Any]] = defaultdict(dict)
        self._follow(
            [
                (f, call, None)
                for f in due
                for call in f.collector.follow_ups
                if not call.over and not call.batch
            ],
            answers,
        )
        self._follow_together(due, answers)
        longest = max((len(f.collector.follow_ups) for f in due), default=0)
        for position in range(longest):  # a call may go over the answer of any call before it
            self._follow(list(_over_answers(due, position, answers)), answers)
        for found in due:
            raw = answers[found.resource.id]
            found.detailed = True
            if raw:
                found.references.extend(self._references(found, raw))
                for operation, answer in raw.items():
                    found.resource.facts[operation] = redact(answer, found.collector.redact)

    def _follow(
        self, jobs: list[tuple[_Found, Call, Any]], answers: dict[str, dict[str, Any]]
    ) -> None:
        """Make follow-up calls, none twice, and put their answers under resource and operation."""
        requests = [self._request(*job) for job in jobs]
        asked = {
            repr((call.operation, region, arguments)): (found, call, region, arguments)
            for (found, call, _), (region, arguments) in zip(jobs, requests, strict=True)
            if not call.when or jmespath.search(call.when, found.item)
        }
        answered = dict(
            zip(asked, self.pool.map(lambda r: self._follow_up(*r), asked.values()), strict=True)
        )
        refused: set[tuple[str, str]] = set()
        for (found, call, each), (region, arguments) in zip(jobs, requests, strict=True):
            answer = answered.get(repr((call.operation, region, arguments)))
            facts = answers[found.resource.id]
            if answer is None:
                refused.add((found.resource.id, call.operation))
            elif each is None:
                facts[call.operation] = answer
            else:
                facts.setdefault(call.operation, []).append(answer)
        for identity, operation in refused:  # a list that lacks one answer is no list
            answers[identity].pop(operation, None)

    def _follow_together(self, due: Iterable[_Found], answers: dict[str, dict[str, Any]]) -> None:
        """Make the follow-up calls that ask for many resources at once; share the answers out."""
        wanted: dict[tuple[Call, str], list[_Found]] = defaultdict(list)
        for found in due:
            for call in found.collector.follow_ups:
                if call.batch and (not call.when or jmespath.search(call.when, found.item)):
                    wanted[call, found.collector.region or found.resource.region].append(found)
        jobs = [
            (call, call.batch, region, [(f.plain_id, f.resource.id) for f in chunk])
            for (call, region), founds in wanted.items()
            if call.batch
            for chunk in _chunks(founds, call.batch.size)
        ]
        for (call, _, _, names), shares in zip(
            jobs, self.pool.map(lambda job: self._ask_together(*job), jobs), strict=True
        ):
            for (_, identity), share in zip(names, shares, strict=True):
                if share is not None:
                    texts = self.found[identity].collector.json_texts
                    answers[identity][call.operation] = parse_json_texts(share, texts)

    def _ask_together(
        self, call: Call, batch: Batch, region: str, names: list[tuple[str, str]]
    ) -> list[list[Item] | None]:
        """What one call says about each of many resources, given as (id, ARN); None if refused."""
        arguments = dict(call.arguments) | _fill(batch.arguments, {"ids": [n for n, _ in names]})
        request = repr((call.operation, region, arguments))
        if request not in self.together:
            self.together[request] = self._ask(call, region, arguments)
        items = self.together[request]
        if items is None:
            return [None] * len(names)
        shares: dict[str, list[Item]] = defaultdict(list)
        for item in items:
            shares[str(jmespath.search(call.about, item))].append(item)
        return [shares.get(plain) or shares.get(arn) or [] for plain, arn in names]

    def _request(self, found: _Found, call: Call, each: Any) -> tuple[str, dict[str, Any]]:
        """The Region and arguments of a follow-up call."""
        names = {
            "id": found.plain_id,
            "arn": found.resource.id,
            "parts": found.plain_id.split("/"),
            "account": self.account_id,
            "name": found.resource.name,
            "each": each,
        }
        region = found.collector.region or found.resource.region
        return region, _fill(call.arguments, names, found.item)

    def _follow_up(
        self, found: _Found, call: Call, region: str, arguments: Mapping[str, Any]
    ) -> Any | None:
        answer = self._ask(call, region, arguments, resource=found.resource.id, nothing={})
        return parse_json_texts(answer, found.collector.json_texts)

    # -- relations ------------------------------------------------------------------------------

    def _references(self, found: _Found, answers: Mapping[str, Any]) -> Iterator[Reference]:
        """References in the item (no answers given) or in the follow-up answers."""
        collector = found.collector
        for link in collector.links:
            if (link.operation is None) != (not answers):
                continue
            source = answers.get(link.operation) if link.operation else found.item
            for value in _strings(jmespath.search(link.path, source)):
                yield Reference(
                    value=value,
                    to=link.to,
                    kind=link.kind,
                    label=link.label,
                    hard=link.hard,
                    incoming=link.incoming,
                    guess=link.guess,
                    attach=link.attach,
                    path=link.path,
                    operation=link.operation or collector.read.operation,
                )
        if collector.references:
            yield from collector.references(found.item, answers)

    def _resolve(self, reference: Reference) -> tuple[str | None, Collector | None]:
        """The resource a reference names, if it was read, and the collector of its type, if any."""
        value = reference.value
        if reference.to:
            collector = collectors().get(reference.to)
            known = self.names.get((reference.to, value))
            if known is None and collector:
                known = self.names.get((reference.to, plain_id(collector, value)))
            return known, collector
        if known := self.any_name.get(value):
            return known, None
        if value.startswith("arn:") and (collector := collector_of_arn(value)):
            return self.names.get((collector.type, plain_id(collector, value))), collector
        return None, None

    def _want_neighbours(self) -> None:
        for found in list(self.found.values()):
            if not found.resource.member:
                continue
            for reference in found.references:
                known, collector = self._resolve(reference)
                if known or collector is None or reference.guess:
                    continue
                if self._foreign(reference.value):
                    continue
                region = self._region_of(reference.value) or found.resource.region
                wanted = _Wanted(
                    collector.type,
                    self._home(collector, self.regions[0] if region == "global" else region),
                    reference.value,
                )
                if wanted not in self.asked:
                    self.wanted.add(wanted)

    def _attach(self) -> None:
        """Keep of the account-wide lists what points at a member through an `attach` link."""
        attaching = [c for c in collectors().values() if Find.ATTACHED in c.find]
        types = {found.resource.type for found in self.found.values()}
        due = [
            (collector, region)
            for collector in attaching
            for region in self.regions
            if _could_attach(collector, types)
        ]
        for (collector, region), items in zip(
            due, self.pool.map(lambda job: self._list(*job), due), strict=True
        ):
            for item in items or ():
                identity = self._identity(collector, item, region)
                if identity in self.found:
                    continue
                probe = _Found(
                    Resource(
                        id=identity, type=collector.type, name="", region=region, member=False
                    ),
                    collector,
                    item,
                    "",
                    frozenset(),
                )
                known = [self._resolve(r)[0] for r in self._references(probe, {}) if r.attach]
                on = [self.found[k] for k in known if k in self.found]
                if on:
                    if collector.attached_are_members and any(f.resource.member for f in on):
                        self.index.setdefault(identity, {})
                    self._keep(collector, region, [item])

    def _recognise_members(self) -> None:
        """Ask for the tags of neighbours that came without any; who carries the tag is a member."""
        if not self.selector.tags:
            return
        untagged = [
            found.resource
            for found in self.found.values()
            if not found.resource.member
            and not found.resource.tags
            and found.collector.tags is None
            and found.collector.tag_call is None
            and found.resource.id.startswith("arn:")
            and found.resource.id not in self.index
            and found.resource.id not in self.tags_sought
        ]
        self.tags_sought.update(resource.id for resource in untagged)
        by_region: dict[str, list[Resource]] = defaultdict(list)
        for resource in untagged:
            by_region[self.regions[0] if resource.region == "global" else resource.region].append(
                resource
            )
        for region, resources in by_region.items():
            for start in range(0, len(resources), _ARNS_PER_TAG_CALL):
                chunk = resources[start : start + _ARNS_PER_TAG_CALL]
                entries = self._ask(TAG_INDEX, region, {"ResourceARNList": [r.id for r in chunk]})
                for entry in entries or ():
                    found = self.found.get(entry["ResourceARN"])
                    if found:
                        found.resource.tags = tags_of(entry, "Tags")
                        found.resource.member = self._matches(found.resource.tags)

    # -- asking ---------------------------------------------------------------------------------

    def _ask(
        self,
        call: Call,
        region: str,
        arguments: Mapping[str, Any],
        *,
        resource: str | None = None,
        nothing: Any = None,
    ) -> Any:
        """The kept part of an answer; None and a gap if refused; `nothing` if AWS says "not configured"."""
        answer = self.account.call(call, region, arguments)
        if isinstance(answer, Refusal):
            self._gap(answer, call.operation, region, resource)
            return None
        if answer is None:
            return nothing
        kept = jmespath.search(call.items, answer)
        if kept is None:
            return [] if "[" in call.items else {}
        return kept

    def _gap(self, refusal: Refusal, action: str, region: str, resource: str | None) -> None:
        detail = f"{refusal.code}: {refusal.detail}".strip(": ")
        self.gaps[action, region, resource] = Gap(
            service=action.partition(":")[0],
            region=region,
            action=action,
            reason=refusal.reason,
            resource=resource,
            detail=detail,
        )
        self.observe("gap", {"action": action, "region": region, "reason": str(refusal.reason)})

    # -- names ----------------------------------------------------------------------------------

    def _home(self, collector: Collector, region: str) -> str:
        return collector.region or region

    def _arn(self, collector: Collector, plain: str, region: str) -> str:
        return make_arn(
            collector, plain, partition=self.partition, region=region, account=self.account_id
        )

    def _identity(self, collector: Collector, item: Mapping[str, Any], region: str) -> str:
        if collector.arn_path and (arn := jmespath.search(collector.arn_path, item)):
            return str(arn)
        return self._arn(collector, id_in(collector, item), region)

    def _names_of(self, collector: Collector, item: Mapping[str, Any], region: str) -> set[str]:
        names = {id_in(collector, item), self._identity(collector, item, region)}
        for alias in collector.aliases:
            names.update(_strings(jmespath.search(alias.replace("{region}", region), item)))
        return names

    def _tags_of_all(
        self, collector: Collector, items: list[Item], region: str
    ) -> list[dict[str, str]]:
        """The tags of each item; what costs calls is asked once, in batches where AWS allows."""
        if collector.tags:
            return [tags_of(item, collector.tags) for item in items]
        call, home = collector.tag_call, self._home(collector, region)
        if call is None:
            return [{} for _ in items]
        identities = [self._identity(collector, item, region) for item in items]
        unread = {
            identity: item
            for identity, item in zip(identities, items, strict=True)
            if identity not in self.tags_read and identity not in self.index
        }
        if call.batch:
            names = [(id_in(collector, item), identity) for identity, item in unread.items()]
            for chunk in _chunks(names, call.batch.size):
                shares = self._ask_together(call, call.batch, home, chunk)
                for (_, identity), share in zip(chunk, shares, strict=True):
                    self.tags_read[identity] = {
                        key: value
                        for entry in share or ()
                        for key, value in tags_of(entry, "Tags").items()
                    }
        else:
            read = self.pool.map(lambda of: self._tags(collector, call, home, *of), unread.items())
            self.tags_read.update(zip(unread, read, strict=True))
        return [self.tags_read.get(identity, {}) for identity in identities]

    def _tags(
        self, collector: Collector, call: Call, home: str, identity: str, item: Item
    ) -> dict[str, str]:
        names = {"id": id_in(collector, item), "arn": identity, "account": self.account_id}
        arguments = _fill(call.arguments, names, item)
        answer = self._ask(call, home, arguments, resource=identity)
        return tags_of({"Tags": answer}, "Tags")

    def _name(
        self, collector: Collector, item: Mapping[str, Any], tags: Mapping[str, str], plain: str
    ) -> str:
        if collector.name and (name := jmespath.search(collector.name, item)):
            return str(name)
        return tags.get("Name") or plain.rsplit("/", 1)[-1].rsplit(":", 1)[-1]

    def _foreign(self, value: str) -> bool:
        parts = value.split(":")
        return value.startswith("arn:") and parts[4] not in ("", self.account_id)

    def _region_of(self, value: str) -> str | None:
        region = value.split(":")[3] if value.startswith("arn:") else ""
        return region or None

    # -- the result -----------------------------------------------------------------------------

    def snapshot(self, regions: list[str], seconds: float) -> Snapshot:
        """Everything found, in an order that does not depend on which answer came first."""
        resources = {i: found.resource for i, found in self.found.items()} | self.unread
        relations = {
            relation: None for found in self.found.values() for relation in self._relations(found)
        }
        ordered = sorted(
            relations, key=lambda r: (r.source, r.target, r.kind, r.label, r.operation, r.path)
        )
        return Snapshot(
            selector=self.selector,
            account=self.account_id,
            partition=self.partition,
            regions=regions,
            taken_at=datetime.now(UTC).replace(microsecond=0),
            resources=dict(sorted(resources.items())),
            relations=ordered,
            gaps=[
                self.gaps[key] for key in sorted(self.gaps, key=lambda k: (k[0], k[1], k[2] or ""))
            ],
            calls=dict(sorted(self.account.calls.items())),
            seconds=round(seconds, 3),
        )

    def _relations(self, found: _Found) -> Iterator[Relation]:
        for reference in found.references:
            target, collector = self._resolve(reference)
            if target is None and (reference.guess or not found.resource.member):
                continue
            looked_for = collector is not None and not self._foreign(reference.value)
            refused = collector is not None and any(
                action == collector.read.operation for action, _, _ in self.gaps
            )
            other = target or reference.value
            dangling = target is None and looked_for and not refused
            if other == found.resource.id or (dangling and reference.incoming):
                continue  # a permission left behind by a caller that is gone breaks nothing
            yield Relation(
                source=other if reference.incoming else found.resource.id,
                target=found.resource.id if reference.incoming else other,
                kind=reference.kind,
                label=reference.label,
                hard=reference.hard,
                dangling=dangling,
                operation=reference.operation,
                path=reference.path,
            )


def _could_attach(collector: Collector, types: set[str]) -> bool:
    """Whether anything of the collector's type could point at a resource of one of these types."""
    if collector.attaches_to:
        return not types.isdisjoint(collector.attaches_to)
    targets = {link.to for link in collector.links if link.attach}
    return (
        not targets or None in targets or bool(targets & types) or collector.references is not None
    )


def _over_answers(
    due: Iterable[_Found], position: int, answers: dict[str, dict[str, Any]]
) -> Iterator[tuple[_Found, Call, Any]]:
    """The calls to make for each element of an earlier answer; a fact without elements is []."""
    for found in due:
        if position >= len(found.collector.follow_ups):
            continue
        call = found.collector.follow_ups[position]
        so_far = answers[found.resource.id]
        if not call.over or call.over[0] not in so_far:
            continue
        so_far[call.operation] = []
        for each in jmespath.search(call.over[1], so_far[call.over[0]]) or ():
            yield found, call, each


def _fill(
    arguments: Mapping[str, Any], names: Mapping[str, Any], item: Any = None
) -> dict[str, Any]:
    """Arguments with `{name}` and `@path` replaced."""
    return {key: _filled(value, names, item) for key, value in arguments.items()}


def _filled(value: Any, names: Mapping[str, Any], item: Any) -> Any:
    if isinstance(value, str):
        if value == "{ids}":
            return names["ids"]
        if value.startswith("@"):
            return jmespath.search(value[1:], item)
        return value.format(**names) if "{" in value else value
    if isinstance(value, Mapping):
        return {key: _filled(inner, names, item) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, names, item) for inner in value]
    return value


def _region_in(collector: Collector, item: Mapping[str, Any]) -> str | None:
    """The Region an item says it is in, where a list spans Regions."""
    return jmespath.search(collector.region_path, item) if collector.region_path else None


def _chunks(items: list[_T], size: int) -> Iterator[list[_T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value] if value else []
    if isinstance(value, list):
        return [text for inner in value for text in _strings(inner)]
    return []


def _nothing_matches(account: Account, selector: Selector, regions: list[str]) -> str:
    where = f"nothing matches {selector} in {', '.join(regions)}."
    if not selector.tags:
        return f"{where} Check the name, or add --region"
    hints = []
    for region in regions:
        keys = account.call(TAG_KEYS, region, {})
        existing = [] if isinstance(keys, Refusal) else keys.get("TagKeys", [])
        for key in selector.tags:
            if key in existing:
                values = account.call(TAG_VALUES, region, {"Key": key})
                known = [] if isinstance(values, Refusal) else values.get("TagValues", [])
                hints.append(f"In {region} the tag {key!r} has the values: {_some(known)}.")
            elif existing:
                hints.append(
                    f"In {region} no resource has the tag {key!r}; its tags are: {_some(existing)}."
                )
            else:
                hints.append(f"In {region} there are no tags to be seen.")
    return " ".join([where, *hints, "Another Region? Add --region"])


def _some(values: list[str], most: int = 15) -> str:
    shown = ", ".join(repr(value) for value in sorted(values)[:most])
    return shown + (f" and {len(values) - most} more" if len(values) > most else "")
