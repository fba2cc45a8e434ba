"""What was found in the account, before anybody judges it."""

from collections import Counter
from typing import TYPE_CHECKING, Any

from rich import box
from rich.table import Table

from seeams.console import plain
from seeams.rendering.page import Page, counted, joined
from seeams.rendering.words import phrase
from state.snapshot import Snapshot
from tools.diagram.words import type_words

if TYPE_CHECKING:
    from rich.console import Console

_MOST_GAPS = 8


def print_discovery(console: "Console", found: Snapshot) -> None:
    """Counts by type, of the workload and around it; and what could not be read."""
    page = Page(console)
    page.line((plain(found.selector), "bold"), f"   account {plain(found.account)}")
    page.line(
        joined(
            (
                plain(", ".join(found.regions)),
                f"{sum(found.calls.values())} AWS calls",
                counted(len(found.relations), "relation"),
            )
        )
    )
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    table.add_column("found")
    table.add_column("members", justify="right")
    table.add_column("around them", justify="right")
    for kind, members, neighbours in _by_type(found):
        table.add_row(type_words(plain(kind)), str(members or ""), str(neighbours or ""))
    page.show(table)
    if found.gaps:
        page.line(("Not read", "bold"), "  unknown is not a pass")
    gaps = Counter(f"{gap.action} in {gap.region}: {phrase(gap.reason)}" for gap in found.gaps)
    for gap, _ in gaps.most_common(_MOST_GAPS):
        page.line(f"- {plain(gap)}", indent=2, hanging=2)
    if len(gaps) > _MOST_GAPS:
        page.line(f"and {len(gaps) - _MOST_GAPS} more", indent=4)


def discovery_document(found: Snapshot) -> dict[str, Any]:
    """The same as JSON."""
    return {
        "selector": found.selector.model_dump(mode="json"),
        "account": found.account,
        "regions": found.regions,
        "aws_calls": sum(found.calls.values()),
        "relations": len(found.relations),
        "found": [
            {"type": kind, "members": members, "neighbours": neighbours}
            for kind, members, neighbours in _by_type(found)
        ],
        "gaps": [gap.model_dump(mode="json") for gap in found.gaps],
    }


def _by_type(found: Snapshot) -> list[tuple[str, int, int]]:
    """Type, members, neighbours; the types with members first."""
    members = Counter(each.type for each in found.resources.values() if each.member)
    every = Counter(each.type for each in found.resources.values())
    rows = [(kind, members[kind], every[kind] - members[kind]) for kind in every]
    return sorted(rows, key=lambda row: (not row[1], row[0]))
