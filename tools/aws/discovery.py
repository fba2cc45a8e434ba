"""Discovery: from a selector to a snapshot, by executing the collectors' declarations.

Members come from the tag index (or the stack, or the resource group) united with what the index
cannot see; from every member one hop is taken along its relations, and a resource reached that way
which carries the tag is a member too. Cost follows the workload: only its types are read.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from state.snapshot import Selector, Snapshot
from tools.aws.account import Account
from tools.aws.asking import Asker
from tools.aws.declarations import Collector, Find, collectors
from tools.aws.details import Details
from tools.aws.inventory import Inventory
from tools.aws.members import Members
from tools.aws.reading import Lists, Reader
from tools.aws.relating import Relating
from tools.aws.tags import Tags

Observe = Callable[[str, Mapping[str, Any]], None]


def discover(
    account: Account,
    selector: Selector,
    regions: Sequence[str],
    observe: Observe | None = None,
) -> Snapshot:
    """Read the workload's resources, their neighbours and relations in the Regions given.

    Args:
        account: where to read.
        selector: what names the workload.
        regions: the Regions to search; global services are read once whatever these are.
        observe: told of every "resource" and "gap" as it is found, from any thread.

    Raises:
        NothingMatches: nothing carries the tag; says where was searched and what tags exist there.
        CredentialsRefused, AccountUnreachable: AWS cannot be asked at all.
    """
    started = time.perf_counter()
    with Asker(account, list(dict.fromkeys(regions)), observe) as asker:
        members = Members(asker, selector)
        inventory = Inventory()
        relating = _read(asker, members, inventory)
        resources = {found.resource.id: found.resource for found in inventory} | members.unread
        if not any(resource.member for resource in resources.values()):
            raise members.nothing_matches()
        return Snapshot(
            selector=selector,
            account=asker.account_id,
            partition=asker.partition,
            regions=list(asker.regions),
            taken_at=datetime.now(UTC).replace(microsecond=0),
            resources=dict(sorted(resources.items())),
            relations=relating.relations(),
            gaps=[gap for _, gap in sorted(asker.gaps.items(), key=lambda pair: _order(pair[0]))],
            calls=dict(sorted(account.calls.items())),
            seconds=round(time.perf_counter() - started, 3),
        )


def _read(asker: Asker, members: Members, inventory: Inventory) -> Relating:
    """Read members, what they refer to and what is attached to them, until nothing is new."""
    tags, lists = Tags(asker, members), Lists(asker)
    reader = Reader(asker, inventory, members, tags, lists)
    details = Details(asker, inventory)
    relating = Relating(asker, inventory, members, lists)

    unindexed = _unindexed(asker, members)
    lists.begin(unindexed)
    members.find()
    _keep_tagged(unindexed, members, tags, lists, reader)
    wanted = members.wanted
    attached = True
    while wanted or attached:
        reader.read(wanted, meanwhile=details.read)
        tags.recognise(inventory)
        wanted = relating.neighbours()  # first, so that what members use is detailed too
        lists.begin(relating.due())
        details.read()
        wanted |= relating.neighbours()
        attached = False
        if not wanted:
            found = relating.attached()
            reader.keep(found)
            attached = bool(found)
    relating.note_left_out()
    return relating


def _unindexed(asker: Asker, members: Members) -> list[tuple[Collector, str]]:
    """The lists of what the tag index cannot see."""
    return [
        (collector, region)
        for collector in collectors().values()
        if Find.LISTED in collector.find and members.selector.tags
        for region in asker.regions
    ]


def _keep_tagged(
    due: list[tuple[Collector, str]], members: Members, tags: Tags, lists: Lists, reader: Reader
) -> None:
    """Keep of the listed what carries the tag."""
    listed = {id(each): each for each in lists.read(due)}.values()
    seen = [each for each_list in listed for each in each_list.seen]
    known = tags.of(seen)
    reader.keep([each for each in seen if members.match(known[each.arn])])


def _order(key: tuple[str, str, str | None]) -> tuple[str, str, str]:
    action, region, resource = key
    return action, region, resource or ""
