"""Who belongs to the workload: by the tag index, the stack or group, and by own tags."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from state.errors import NothingMatches
from state.snapshot import Resource, Selector
from tools.aws.answers import search
from tools.aws.asking import Asker
from tools.aws.declarations import Collector, collectors
from tools.aws.gate import GROUP_RESOURCES, STACK_RESOURCES, TAG_INDEX, TAG_KEYS, TAG_VALUES
from tools.aws.identity import (
    collectors_of_arn,
    plain_id,
    region_of,
    service_of,
    short_name,
    tags_of,
)
from tools.aws.inventory import Sighted, is_free_of_region
from tools.aws.redaction import redact, redact_text
from tools.aws.refusals import Refusal

_STACK_TAG = "aws:cloudformation:stack-name"
# Where the tag index has what belongs to no Region.
_GLOBAL_INDEX = {"aws-cn": "cn-northwest-1", "aws-us-gov": "us-gov-west-1"}
# What a template calls a resource is often a setting of one, or nothing in AWS at all.
_SETTINGS = re.compile(
    r"Custom::.*|AWS::CDK::.*|AWS::CloudFormation::.*"
    r"|.*(?:Policy|Permission|Attachment|Association|Metadata|Assignment|Version|Deployment)"
    r"|AWS::(?:ApiGateway|ApiGatewayV2)::.*|AWS::EC2::Route|AWS::SNS::Subscription"
)

# And so is much of what carries a tag: nothing that runs, and nothing that could fail by itself.
_TAGGED_SETTINGS = re.compile(
    r"arn:[^:]+:(?:"
    r"ec2:[^:]*:[^:]*:(?:security-group-rule|key-pair|dhcp-options|vpc-flow-log|placement-group"
    r"|prefix-list|network-acl|spot-instances-request|instance-event-window)/.+"
    r"|rds:[^:]*:[^:]*:(?:subgrp|pg|cluster-pg|og|es|snapshot|cluster-snapshot|secgrp):.+"
    r"|elasticache:[^:]*:[^:]*:(?:subnetgroup|parametergroup|snapshot|user|usergroup"
    r"|securitygroup):.+"
    r"|backup:[^:]*:[^:]*:(?:backup-vault|recovery-point):.+"
    r"|elasticloadbalancing:[^:]*:[^:]*:truststore/.+"
    r"|cloudwatch:[^:]*:[^:]*:(?:insight-rule|metric-stream)/.+"
    r"|events:[^:]*:[^:]*:archive/.+"
    r"|resource-groups:.+|ssm:[^:]*:[^:]*:(?:parameter|document|patchbaseline)/.+"
    r"|iam:.+:(?:policy|instance-profile|oidc-provider|saml-provider)/.+"
    r"|cloudformation:.+:(?:stackset|changeSet)/.+"
    r")"
)


@dataclass(frozen=True, order=True)
class Wanted:
    """A resource that is to be read: its type, the Region to ask, and an id or ARN of it."""

    type: str
    region: str
    reference: str


class Members:
    """The workload's members as they are named by AWS's indexes, before they are read."""

    def __init__(self, asker: Asker, selector: Selector) -> None:
        self._asker, self.selector = asker, selector
        self._named: dict[tuple[str, str, str], dict[str, str]] = {}  # (type, Region, name) -> tags
        self.unread: dict[str, Resource] = {}  # members of types that no collector reads
        self.wanted: set[Wanted] = set()

    def find(self) -> None:
        """Ask the tag index, the stack and the resource group in every Region."""
        asks = [self._ask_group, self._ask_stack, self._ask_index]
        jobs = [(ask, region) for region in self._asker.regions for ask in asks]
        if self.selector.tags and self._global_index not in self._asker.regions:
            jobs.append((self._ask_index, self._global_index))
        for (_, region), named in zip(
            jobs, self._asker.at_once(lambda job: job[0](job[1]), jobs, _same), strict=True
        ):
            for reference, kind, tags in named:
                self._want(reference, region, kind, tags)

    def tags_in_index(self, seen: Sighted) -> dict[str, str] | None:
        """The tags of a member that an index named (empty if it told none); None of others."""
        scope = self._scope(seen.collector, seen.region)
        for name in (seen.arn, seen.plain_id):
            tags = self._named.get((seen.collector.type, scope, name))
            if tags is not None:
                return tags
        return None

    def adopt(self, seen: Sighted) -> None:
        """Count a resource among the members whatever its tags."""
        scope = self._scope(seen.collector, seen.region)
        self._named.setdefault((seen.collector.type, scope, seen.plain_id), {})

    def match(self, tags: Mapping[str, str]) -> bool:
        """Whether tags are those of the workload; all of the selector's must be there."""
        asked = self.selector.tags
        return bool(asked) and all(tags.get(key) == value for key, value in asked.items())

    def nothing_matches(self) -> NothingMatches:
        """Says where was searched, what was refused, and what there is instead."""
        regions = self._asker.regions
        said = [f"nothing matches {self.selector} in {', '.join(regions)}."]
        said += [f"{gap.action} in {gap.region}: {gap.detail}." for gap in self._refused()]
        if self.selector.tags:
            said += [self._hint(key, region) for region in regions for key in self.selector.tags]
            said.append("Another Region? Add --region")
        else:
            said.append("Check the name, or add --region")
        return NothingMatches(redact_text(" ".join(said)))

    @property
    def _global_index(self) -> str:
        return _GLOBAL_INDEX.get(self._asker.partition, "us-east-1")

    def _refused(self) -> Iterable[Any]:
        return [gap for _, gap in sorted(self._asker.gaps.items(), key=lambda pair: str(pair[0]))]

    def _ask_index(self, region: str) -> list["_Named"]:
        if not self.selector.tags:
            return []
        filters = [{"Key": key, "Values": [value]} for key, value in self.selector.tags.items()]
        answer = self._asker.ask(TAG_INDEX, region, {"TagFilters": filters})
        named: list[_Named] = [
            (entry["ResourceARN"], None, tags_of(entry, "Tags")) for entry in _entries(answer)
        ]
        if region in self._asker.regions:
            return named
        return [entry for entry in named if any(c.region for c in collectors_of_arn(entry[0]))]

    def _ask_stack(self, region: str) -> list["_Named"]:
        stack = self.selector.stack or self.selector.tags.get(_STACK_TAG)
        return self._in_stack(stack, region) if stack else []

    def _in_stack(self, stack: str, region: str) -> list["_Named"]:
        found: list[_Named] = []
        for entry in _entries(self._asker.ask(STACK_RESOURCES, region, {"StackName": stack})):
            identifier, kind = entry.get("PhysicalResourceId"), entry["ResourceType"]
            if not identifier or entry.get("ResourceStatus") == "DELETE_COMPLETE":
                continue
            if kind == "AWS::CloudFormation::Stack":
                found += self._in_stack(identifier, region)
            elif kind in collectors() or not _SETTINGS.fullmatch(kind):
                found.append((identifier, kind, {}))
        return found

    def _ask_group(self, region: str) -> list["_Named"]:
        if not self.selector.resource_group:
            return []
        answer = self._asker.ask(GROUP_RESOURCES, region, {"Group": self.selector.resource_group})
        return [(entry["ResourceArn"], None, {}) for entry in _entries(answer)]

    def _want(self, reference: str, region: str, kind: str | None, tags: dict[str, str]) -> None:
        named = [c for c in [collectors().get(kind)] if c] if kind else collectors_of_arn(reference)
        if not named and not _TAGGED_SETTINGS.fullmatch(reference):
            self._keep_unread(reference, region, kind, tags)
        is_sure = not kind or len(self.selector.tags) <= 1  # a stack says nothing of other tags
        for collector in named:
            if is_sure:
                scope = self._scope(collector, region)
                for name in (reference, plain_id(collector, reference)):
                    known = self._named.get((collector.type, scope, name))
                    self._named[collector.type, scope, name] = tags or known or {}
            home = self._asker.home(collector, region)
            self.wanted.add(Wanted(collector.type, home, reference))

    def _scope(self, collector: Collector, region: str) -> str:
        return "" if collector.region or is_free_of_region(collector) else region

    def _keep_unread(
        self, reference: str, region: str, kind: str | None, tags: dict[str, str]
    ) -> None:
        service = service_of(reference) or (kind or "").split("::")[1].lower()
        kind = kind or _kind_in(reference)
        shown = redact_text(reference)
        self.unread[shown] = Resource(
            id=shown,
            type=kind,
            name=tags.get("Name") or short_name(shown),
            region=region_of(reference) or region,
            member=True,
            tags=redact(tags),
        )
        why = f"{kind} is not among the types that are read"
        self._asker.note_not_scanned(f"{service}:*", region, reference, why)

    def _hint(self, key: str, region: str) -> str:
        account = self._asker.account
        keys = account.call(TAG_KEYS, region, {})
        existing = [] if isinstance(keys, Refusal) else search(TAG_KEYS.items, keys) or []
        existing = list(dict.fromkeys(existing))
        if not existing:
            return f"In {region} there are no tags to be seen."
        if key not in existing:
            return f"In {region} no resource has the tag {key!r}; its tags are: {_some(existing)}."
        values = account.call(TAG_VALUES, region, {"Key": key})
        known = [] if isinstance(values, Refusal) else search(TAG_VALUES.items, values) or []
        known = list(dict.fromkeys(known))
        return f"In {region} the tag {key!r} has the values: {_some(known)}."


_Named = tuple[str, str | None, dict[str, str]]  # an id or ARN, its type if told, its tags if told


def _entries(answer: Any) -> list[Any]:
    return answer if isinstance(answer, list) else []


def _same(_: object) -> str:
    return ""


def _kind_in(arn: str) -> str:
    """A name for the type of an ARN: `sns`, `backup:recovery-point`."""
    resource = arn.split(":", 5)[-1]
    kind, separator, _ = re.sub(r"[:/]", "/", resource).partition("/")
    return f"{service_of(arn)}:{kind}" if separator and kind else service_of(arn)


def _some(values: list[str], most: int = 15) -> str:
    shown = ", ".join(repr(value) for value in sorted(values)[:most])
    return shown + (f" and {len(values) - most} more" if len(values) > most else "")
