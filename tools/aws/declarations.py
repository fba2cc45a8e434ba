"""How a service module says what to read. `tools/aws/discovery.py` executes these declarations.

A module in `tools/aws/services/` defines `COLLECTORS`, a tuple of `Collector`.
Operations are written as botocore names them, `"rds:DescribeDBInstances"`: service, then operation.
Paths are JMESPath.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Flag
from functools import cache
from typing import Any

from state.snapshot import RelationKind

# A resource's part of an answer, with AWS's field names; times are ISO 8601 texts.
Item = Mapping[str, Any]

_IAM_PREFIXES = {  # services that IAM calls otherwise than botocore does
    "amp": "aps",
    "apigatewayv2": "apigateway",
    "bedrock-agent": "bedrock",
    "bedrock-agentcore-control": "bedrock-agentcore",
    "cloudhsmv2": "cloudhsm",
    "docdb": "rds",
    "efs": "elasticfilesystem",
    "elb": "elasticloadbalancing",
    "elbv2": "elasticloadbalancing",
    "emr": "elasticmapreduce",
    "keyspaces": "cassandra",
    "lexv2-models": "lex",
    "neptune": "rds",
    "opensearch": "es",
    "opensearchserverless": "aoss",
    "resourcegroupstaggingapi": "tag",
    "service-quotas": "servicequotas",
    "sesv2": "ses",
    "stepfunctions": "states",
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Batch:
    """How to ask for resources by id, many at a time.

    `arguments` is merged into the call's; where it holds `"{ids}"` the list of ids is put in:
    `{"Filters": [{"Name": "db-instance-id", "Values": "{ids}"}]}` or `{"GroupIds": "{ids}"}`.
    """

    arguments: Mapping[str, Any]
    size: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Call:
    """One read operation.

    In `arguments`, a string value may hold `{id}`, `{arn}`, `{name}`, `{account}` or `{region}` of
    the resource, `{domain}` (amazonaws.com), and `{parts[0]}`, `{parts[1]}` ... of an id with
    slashes (`cluster/service`); a value starting with `@` is a JMESPath into the resource's item
    (`"@RestApiId"`). Before that is read (with `each`), the JMESPath sees `_id` and `_parts`.

    A follow-up call with `over` is made once for each element found there in an earlier follow-up's
    answer; `{each}` is the element, `{each[Arn]}` a field of it, the fact is the list of answers.

    A follow-up or tag call with a `batch` is made for many resources at once; `about` says of each
    kept item which resource it is about, and the fact of a resource is the list of its items.
    """

    operation: str
    items: str = "@"  # JMESPath from the (paginated, joined) answer to what is kept
    arguments: Mapping[str, Any] = field(default_factory=dict)
    absent: tuple[str, ...] = ()  # error codes that mean "not configured": the fact becomes {}
    iam: str | None = None  # the IAM action, if it is not called like the operation
    when: str | None = None  # JMESPath on the item: call only if true
    page_size: int | None = None  # None: AWS's default
    batch: Batch | None = None
    about: str = ""  # JMESPath in a kept item: the id or ARN of its resource
    over: tuple[str, str] | None = None  # (operation of an earlier follow-up, JMESPath to a list)
    unless: "Unless | None" = None  # what spares a follow-up that is made for one resource

    @property
    def service(self) -> str:
        """Botocore's name of the service."""
        return self.operation.partition(":")[0]

    @property
    def iam_action(self) -> str:
        """The permission the call needs."""
        service, _, name = self.operation.partition(":")
        return self.iam or f"{_IAM_PREFIXES.get(service, service)}:{name}"


@dataclass(frozen=True, kw_only=True, eq=False)
class Unless:
    """What spares a follow-up: another answer shows that it would find nothing.

    `call` is another follow-up of the resource, or one about the account as a whole: that one is
    read only as far as it costs less than what it could spare. `says` is a JMESPath that sees its
    `answer` and the resource's `id`; where it is true, the fact is empty, as if AWS had said so.
    A call that is refused spares nothing, and leaves no gap: nothing is missing.
    """

    call: Call
    says: str


class Find(Flag):
    """How resources of a type are found, besides being named by a stack, a group or a relation."""

    BY_REFERENCE = 0  # only what is named by tag index, stack, group or relation is read
    LISTED = 1  # the tagging API cannot see them: all are listed, those with the tag are kept
    ATTACHED = 2  # all are listed; those with an `attach` link to a member are kept


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A resource that an item names. `to` is its type; None: the value is an ARN or a guess."""

    value: str  # an id, an ARN, or any alias (DNS name, queue URL, key alias)
    to: str | None = None
    kind: RelationKind = RelationKind.DATA_FLOW
    label: str = ""
    hard: bool = True
    incoming: bool = False  # the named resource uses this one, not the other way round
    guess: bool = False  # free text: a relation only if it names something that is known anyway
    attach: bool = False
    # ^ an item listed account-wide is kept because of this reference to a member, or (a neighbour,
    #   and of many such users only some) to what a member uses
    path: str = ""
    operation: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Link:
    """References found at a JMESPath (a string or a list of strings; None and empty are skipped).

    `operation` is the follow-up call whose answer is searched; None: the resource's own item.
    """

    path: str
    to: str | None = None
    kind: RelationKind = RelationKind.DATA_FLOW
    label: str = ""
    hard: bool = True
    incoming: bool = False
    guess: bool = False
    attach: bool = False
    operation: str | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Collector:
    """All that is read about one resource type.

    One of three ways brings the item: `batch` asks for many by id; `each` asks once per resource,
    with `{id}` in the arguments; with neither, `read` lists the account and what is wanted is
    picked out.
    Set `batch` or `each` *and* `find` only if the same call without ids lists the account.
    """

    type: str  # AWS::RDS::DBInstance
    read: Call
    id: str  # JMESPath in the item: what other answers call it, or its ARN
    arn: (
        str | None
    )  # template with {partition} {region} {account} {id}; "*" for what cannot be made up
    id_prefix: str = ""  # what answers put before the id: "/hostedzone/"
    arn_path: str | None = None  # JMESPath in the item, where the template has a "*"
    arn_pattern: str | None = (
        None  # regular expression with a group `id`, if the template's is too lax
    )
    name: str | None = None  # JMESPath; default: the Name tag, else the id's last part
    tags: str | None = None  # JMESPath in the item: list of Key/Value, of key/value, or a map
    tag_call: Call | None = (
        None  # per resource, where neither the item nor the tagging API has tags
    )
    batch: Batch | None = None
    each: bool = False
    find: Find = Find.BY_REFERENCE
    attached_are_members: bool = (
        False  # an alarm on a member belongs to the workload, tagged or not
    )
    aliases: tuple[str, ...] = ()
    # ^ JMESPaths to other names by which answers refer to it; may hold `{region}`
    follow_ups: tuple[Call, ...] = ()
    links: tuple[Link, ...] = ()
    references: Callable[[Item, Mapping[str, Any]], Iterable[Reference]] | None = None
    # ^ (item, facts by operation) before redaction, for what no Link can say
    json_texts: tuple[str, ...] = ()  # dotted paths of strings that hold JSON: kept parsed
    redact: tuple[str, ...] = ()  # dotted paths whose values go: "Environment.Variables.*"
    keep: str | None = None  # JMESPath on the item: others are dropped (terminated instances)
    region: str | None = None  # "us-east-1" where the service has one global endpoint
    region_path: str | None = None  # JMESPath in the item, if the list spans Regions (buckets)
    list_with: tuple[Mapping[str, Any], ...] = ()  # list once with each of these arguments
    attaches_to: tuple[str, ...] = ()  # with `attach` in `references`: the types, to save the list

    @property
    def lists(self) -> bool:
        """Whether `read` brings the whole account when called without ids."""
        return self.batch is None and not self.each

    @property
    def calls(self) -> tuple[Call, ...]:
        """Every call the collector may make."""
        own = (self.read, *self.follow_ups, *((self.tag_call,) if self.tag_call else ()))
        return tuple(dict.fromkeys((*own, *(call.unless.call for call in own if call.unless))))


@cache
def collectors() -> Mapping[str, Collector]:
    """Every declared collector by resource type."""
    package = importlib.import_module("tools.aws.services")
    found: dict[str, Collector] = {}
    for module in pkgutil.iter_modules(package.__path__):
        for collector in importlib.import_module(f"{package.__name__}.{module.name}").COLLECTORS:
            if collector.type in found:
                raise ValueError(f"two collectors for {collector.type}")
            found[collector.type] = collector
    return dict(sorted(found.items()))
