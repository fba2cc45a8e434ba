"""Names of resources: ARNs made and taken apart, and who answers to which name."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import jmespath

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
def collector_of_arn(arn: str) -> Collector | None:
    """The collector whose type an ARN names, or None for a type that is not read."""
    for collector in collectors().values():
        pattern = arn_pattern(collector)
        if pattern and pattern.fullmatch(arn):
            return collector
    return None


def plain_id(collector: Collector, reference: str) -> str:
    """The id in an ARN of the collector's type; anything else is taken to be an id already."""
    pattern = arn_pattern(collector) if reference.startswith("arn:") else None
    match = pattern.fullmatch(reference) if pattern else None
    return match.group("id") if match and "id" in match.groupdict() else reference


def make_arn(collector: Collector, plain: str, *, partition: str, region: str, account: str) -> str:
    """The ARN of an id, or the id itself where AWS has no ARN or one that cannot be made up."""
    if collector.arn is None or plain.startswith("arn:") or "*" in collector.arn:
        return plain
    return collector.arn.format(partition=partition, region=region, account=account, id=plain)


def tags_of(item: Item, path: str) -> dict[str, str]:
    """Tags as a map, from any of the three shapes in which AWS gives them."""
    found = jmespath.search(path, item) or {}
    if isinstance(found, Mapping):
        return {str(key): str(value) for key, value in found.items()}
    pairs: Iterable[Mapping[str, Any]] = found
    return {
        str(pair.get("Key", pair.get("key", pair.get("TagKey", "")))): str(
            pair.get("Value", pair.get("value", pair.get("TagValue", "")))
        )
        for pair in pairs
    }
