"""What templates may use of a resource, by the names they use."""

import re
from collections.abc import Mapping
from typing import Any

import jmespath

from state.errors import InvalidPremises
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
    resource: str, kind: str, snapshot: Snapshot, check: str = "", new: str = ""
) -> Mapping[str, Any]:
    """The facts of a resource by name; None: not known.

    Args:
        resource: its id, or the workload as a whole.
        kind: its type.
        snapshot: where it is.
        check: whose remedy is made on paper for what is new.
        new: the type of which the first resource that the remedy adds is wanted.
    """
    known = snapshot.resources.get(resource)
    paper = _mended(check, resource, snapshot)
    changed = paper.resources.get(resource) if paper else None
    facts: dict[str, Any] = {
        **_place(resource, known, snapshot),
        "sns_topic_arn": _topic(known, snapshot),
        "after": _description(changed),
        "new": _description(_added(new, paper, snapshot)),
    }
    declared = kinds()[kind].facts if kind in kinds() else {}
    for name, source in declared.items():
        mended = isinstance(source, Linked) and source.after
        subject = changed if mended else known
        facts[name] = _fact(source, subject, snapshot) if subject else None
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
    if source.after:
        return _read(source.read, known)
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


def _mended(check: str, resource: str, snapshot: Snapshot) -> Paper | None:
    """The account with the check's remedy in it; None: it has none, or none for what is there."""
    known = all_checks().get(check)
    if known is None or known.remedy is None:
        return None
    paper = Paper(snapshot)
    try:
        mend(paper, check, resource)
    except InvalidPremises:
        return None
    return paper


def _added(kind: str, paper: Paper | None, snapshot: Snapshot) -> Resource | None:
    """The first resource of a type that is on the paper alone."""
    every = paper.resources.values() if paper else ()
    return next((r for r in every if r.type == kind and r.id not in snapshot.resources), None)


def _description(resource: Resource | None) -> Mapping[str, Any] | None:
    """A resource as AWS would describe it."""
    collector = collectors().get(resource.type) if resource else None
    answer = resource.facts.get(collector.read.operation) if resource and collector else None
    return answer if isinstance(answer, Mapping) else None
