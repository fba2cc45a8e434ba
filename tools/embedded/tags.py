"""Tags in the spellings that AWS's services expect."""

from collections.abc import Mapping

Tags = Mapping[str, str]


def pairs(tags: Tags) -> list[dict[str, str]]:
    """As most services want them: `Key`, `Value`."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def small_pairs(tags: Tags) -> list[dict[str, str]]:
    """As ECS and Step Functions want them: `key`, `value`."""
    return [{"key": key, "value": value} for key, value in tags.items()]


def kms_pairs(tags: Tags) -> list[dict[str, str]]:
    """As KMS wants them: `TagKey`, `TagValue`."""
    return [{"TagKey": key, "TagValue": value} for key, value in tags.items()]


def specification(kind: str, tags: Tags, name: str) -> list[dict[str, object]]:
    """As EC2 wants them when it creates a `kind`, with a Name."""
    return [{"ResourceType": kind, "Tags": pairs({**tags, "Name": name})}]
