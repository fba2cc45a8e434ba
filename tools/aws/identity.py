"""Names of resources: ARNs made and taken apart, and whose they are."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from tools.aws.answers import search
from tools.aws.declarations import Collector, Item, collectors

_FIELDS = {
    "{partition}": r"(?P<partition>[^:]+)",
    "{region}": r"(?P<region>[^:]*)",
    "{account}": r"(?P<account>[^:]*)",
    "{id}": r"(?P<id>.+)",
    "*": ".+",
}


@cache
def arn_pattern(collector: Collector) -> re.Pattern[str] | None:
    """What ARNs of the collector's type look like; its group `id`, if any, is the plain id."""
    if collector.arn_pattern:
        return re.compile(collector.arn_pattern)
    if collector.arn is None:
        return None
    parts = re.split(r"(\{partition\}|\{region\}|\{account\}|\{id\}|\*)", collector.arn)
    return re.compile("".join(_FIELDS.get(part, re.escape(part)) for part in parts))


@cache
def collectors_of_arn(arn: str) -> tuple[Collector, ...]:
    """The collectors whose types an ARN may name (RDS, DocumentDB and Neptune share theirs)."""
    return tuple(c for c in _by_service().get(service_of(arn), ()) if parts_of(c, arn) is not None)


def may_name(collector: Collector, reference: str) -> bool:
    """Whether a reference can be to the collector's type: any id, but no ARN of another type."""
    if not reference.startswith("arn:") or parts_of(collector, reference) is not None:
        return True
    same_service = service_of(reference) == service_of(collector.arn or reference)
    return same_service and not collectors_of_arn(reference)  # the ARN of an alias, perhaps


@cache
def _by_service() -> Mapping[str, list[Collector]]:
    """Collectors by the service in their ARNs."""
    index: dict[str, list[Collector]] = defaultdict(list)
    for collector in collectors().values():
        index[service_of(collector.arn or collector.arn_pattern or "")].append(collector)
    return index


def plain_id(collector: Collector, reference: str) -> str:
    """The id in an ARN of the collector's type; anything else is taken to be an id already."""
    named = (parts_of(collector, reference) or {}).get("id", reference)
    return named.removeprefix(collector.id_prefix)


def id_in(collector: Collector, item: Item) -> str:
    """The plain id in an item."""
    return plain_id(collector, str(search(collector.id, item)))


def parts_of(collector: Collector, arn: str) -> dict[str, str] | None:
    """The named parts of an ARN (or address) of the collector's type; None of anything else."""
    is_whole = arn.startswith(("arn:", "https://", "http://"))
    pattern = arn_pattern(collector) if is_whole else None
    match = pattern.fullmatch(arn) if pattern else None
    return match.groupdict() if match else None


def make_arn(collector: Collector, plain: str, *, partition: str, region: str, account: str) -> str:
    """The ARN of an id, or the id itself where AWS has no ARN or one that cannot be made up."""
    if collector.arn is None or plain.startswith("arn:") or "*" in collector.arn:
        return plain
    return collector.arn.format(partition=partition, region=region, account=account, id=plain)


def _field(arn: str, position: int) -> str:
    parts = arn.split(":", position + 1)
    return parts[position] if arn.startswith("arn:") and len(parts) > position else ""


def service_of(arn: str) -> str:
    """The service in an ARN; empty in anything else."""
    return _field(arn, 2)


def region_of(arn: str) -> str:
    """The Region in an ARN; empty in anything else, and in ARNs without a Region."""
    return _field(arn, 3)


def account_of(arn: str) -> str:
    """The account in an ARN; empty in anything else, and in ARNs without an account."""
    return _field(arn, 4)


def short_name(identifier: str) -> str:
    """The last part of an id or ARN: what people call it when nothing else is known."""
    return re.split(r"[/:]", identifier.removesuffix(":*"))[-1] or identifier


def without_arns(name: str) -> str:
    """A name in which short names stand for ARNs; a table's stream is called like the table."""
    return re.sub(r"arn:\S+", lambda arn: short_name(arn[0].partition("/stream/")[0]), name)


def tags_of(item: Item, path: str) -> dict[str, str]:
    """Tags as a map, from any of the three shapes in which AWS gives them."""
    found = search(path, item) or {}
    if isinstance(found, Mapping):
        return {str(key): str(value) for key, value in found.items()}
    pairs: Iterable[Mapping[str, Any]] = found
    return {
        str(pair.get("Key", pair.get("key", pair.get("TagKey", "")))): str(
            pair.get("Value", pair.get("value", pair.get("TagValue", "")))
        )
        for pair in pairs
    }
