"""What templates may use of a resource, by the names they use."""

import re
from collections.abc import Mapping
from typing import Any

import jmespath

from state.judgements import WORKLOAD
from state.snapshot import Resource, Snapshot
from tools.aws.declarations import collectors
from tools.checks import all_checks
from tools.checks.fixing import mend
from tools.checks.new_alarms import on_call_topic
from tools.checks.paper import Paper
from tools.recommending.how import Linked, kinds

_LOGICAL_ID = "aws:cloudformation:logical-id"
_ON_PAPER = "on-paper:"


def facts_of(
    resource: str, snapshot: Snapshot, check: str = "", new: str = ""
) -> Mapping[str, Any]:
    """The facts of a resource by name; None: not known.

    Args:
        resource: its id, or the workload as a whole.
        snapshot: where it is.
        check: whose remedy is made on paper for what is new.
        new: the type of which the first resource that the remedy adds is wanted.
    """
    known = snapshot.resources.get(resource)
    facts: dict[str, Any] = {
        **_place(resource, known, snapshot),
        "sns_topic_arn": _topic(known, snapshot),
        **_on_paper(check, resource, new, snapshot),
    }
    if known and known.type in kinds():
        for name, source in kinds()[known.type].facts.items():
            facts[name] = _fact(source, known, snapshot)
    return facts


def logical_id(text: str) -> str:
    """A name as CloudFormation's logical ids are spelled."""
    words = re.findall(r"[A-Za-z0-9]+", text)
    return "".join(word[:1].upper() + word[1:] for word in words) or "Resource"


def label(text: str) -> str:
    """A name as Terraform's labels are spelled."""
    words = "_".join(re.findall(r"[a-z0-9]+", text.lower())) or "this"
    return words if words[0].isalpha() else f"r_{words}"


# -- parts ----------------------------------------------------------------------------------------


def _place(resource: str, known: Resource | None, snapshot: Snapshot) -> Mapping[str, Any]:
    region = known.region if known else ""
    if not region or region == "global":
        region = snapshot.regions[0] if snapshot.regions else ""
    name = known.name if known else str(snapshot.selector)
    short = re.split(r"[:/]", known.id)[-1] if known else None
    declared = known.tags.get(_LOGICAL_ID) if known else None
    return {
        "id": known.id if known else None,
        "short": short,
        "name": name,
        "region": region or None,
        "account": snapshot.account or None,
        "partition": snapshot.partition,
        "logical_id": logical_id(declared or name or short or WORKLOAD),
        "label": label(name or short or WORKLOAD),
        "stamp": f"{snapshot.taken_at:%Y%m%d}",
    }


def _fact(source: str | Linked, known: Resource, snapshot: Snapshot) -> Any:
    if isinstance(source, str):
        return _read(source, known)
    ends = (
        ((each.target, each.source) if source.to else (each.source, each.target))
        for each in snapshot.relations
    )
    others = sorted({other for other, own in ends if own == known.id})
    for other in others:
        resource = snapshot.resources.get(other)
        if resource and resource.type == (source.to or source.from_):
            return _read(source.read, resource) if source.read else resource.id
    return None


def _read(source: str, resource: Resource) -> Any:
    operation, _, path = source.partition(" ")
    if operation not in resource.facts:  # not read: what is not there is another thing
        return None
    return jmespath.search(path, resource.facts[operation])


def _topic(known: Resource | None, snapshot: Snapshot) -> str | None:
    """The topic that alarms of the Region notify, if there is one that somebody listens to."""
    if known is None:
        return None
    topic = on_call_topic(Paper(snapshot).draft(known.id)).id
    return None if topic.startswith(_ON_PAPER) else topic


def _on_paper(check: str, resource: str, new: str, snapshot: Snapshot) -> Mapping[str, Any]:
    """What the remedy makes of the resource, and what it adds, as AWS would describe them."""
    known = all_checks().get(check)
    if known is None or known.remedy is None:
        return {"after": None, "new": None}
    paper = Paper(snapshot)
    mend(paper, check, resource)
    changed = paper.resources.get(resource)
    added = [
        each
        for each in paper.resources.values()
        if each.type == new and each.id not in snapshot.resources
    ]
    return {
        "after": _description(changed) if changed else None,
        "new": _description(added[0]) if added else None,
    }


def _description(resource: Resource) -> Mapping[str, Any] | None:
    collector = collectors().get(resource.type)
    answer = resource.facts.get(collector.read.operation) if collector else None
    return answer if isinstance(answer, Mapping) else None
