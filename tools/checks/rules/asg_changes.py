"""Auto Scaling groups: what changes, or was left changed, behind the instances that run."""

from typing import Any

from state.categories.excessive_load import OVERLOAD
from state.categories.misconfiguration_and_bugs import BAD_CHANGE, CHANGED_BY_HAND, GUARDRAILS
from state.categories.shared_fate import CHANGE_SIZE
from state.categories.single_point_of_failure import COMPONENT_LOST, ZONE_LOST
from state.judgements import Cost, Effort, Layer, Phase
from state.snapshot import RelationKind
from tools.checks import (
    NOT_APPLICABLE,
    Effect,
    Example,
    Outcome,
    Remedy,
    check,
    failed,
    passed,
    passed_if,
)
from tools.checks.paper import Draft
from tools.checks.rules.asg import (
    GROUP,
    TARGET_GROUP,
    group_facts,
    is_switched_off,
    rides_out_a_loss,
)
from tools.checks.scaling_groups import MOST_IN_SERVICE, READ, replace_a_few
from tools.checks.view import Unknown, View

TEMPLATE = "AWS::EC2::LaunchTemplate"
IMAGE = "AWS::EC2::Image"
VERSIONS = "ec2:DescribeLaunchTemplateVersions"
IMAGES = "ec2:DescribeImages"

_SELF_HEALING = {"Launch", "Terminate", "HealthCheck", "ReplaceUnhealthy", "AddToLoadBalancer"}


def _group(**fields: object) -> Example:
    return Example(facts={READ: group_facts(**fields)})


def _suspended(*names: str) -> list[dict[str, str]]:
    return [{"ProcessName": name} for name in names]


def _resume(group: Draft) -> None:
    suspended = group.read(READ, "SuspendedProcesses") or []
    rest = [each for each in suspended if each["ProcessName"] not in _SELF_HEALING]
    group.put(READ, SuspendedProcesses=rest)


@check(
    id="asg.group_process_suspended",
    resource_type=GROUP,
    title=(
        "A group's self-healing is suspended: what is lost is not replaced until somebody resumes "
        "it"
    ),
    question=CHANGED_BY_HAND,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(
        Effect(BAD_CHANGE, Phase.ACT, "change_configuration", by_person=True),
        Effect(ZONE_LOST, Phase.ACT, "change_configuration", by_person=True),
        Effect(COMPONENT_LOST, Phase.ACT, "change_configuration", by_person=True),
        Effect(OVERLOAD, Phase.ACT, "change_configuration", by_person=True),
    ),
    effect_source="an assumed change by hand: find out why, and resume",
    recommendation=(
        "Resume the processes (`resume-processes`), and suspend them for the length of a job only: "
        "standby or instance protection spare single instances instead."
    ),
    documentation=(
        "Suspend and resume processes",
        "https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html",
    ),
    remedy=Remedy(change=_resume, effort=Effort.MINUTES, cost=Cost.FREE),
    passes=[_group(), _group(SuspendedProcesses=_suspended("AZRebalance"))],
    fails=[
        _group(SuspendedProcesses=_suspended("Launch")),
        _group(SuspendedProcesses=_suspended("ReplaceUnhealthy")),
    ],
    silent=[_group(MaxSize=0, SuspendedProcesses=_suspended("Launch"))],
)
def group_process_suspended(group: View) -> Outcome:
    """Usually left over from a deployment or an inquiry: all looks well until it is needed."""
    if is_switched_off(group):
        return NOT_APPLICABLE
    names = set(group.read(READ, "SuspendedProcesses[].ProcessName") or [])
    suspended = sorted(names & _SELF_HEALING)
    if not suspended:
        return passed()
    spared = [] if "Launch" in suspended else [OVERLOAD]
    if rides_out_a_loss(group):
        spared.append(COMPONENT_LOST)
    return failed(", ".join(suspended), spared=spared)


def _template(image_state: str | None, *, newer: Example | None = None) -> Example:
    """A template whose first and default version boots from an image in this state."""
    versions = [_version(1, "ami-1", DefaultVersion=True)]
    images = [_image("ami-1", image_state)]
    if newer:
        versions.append(_version(2, "ami-2"))
        images.append(newer)
    return Example(type=TEMPLATE, label="launches from", facts={VERSIONS: versions}, linked=images)


def _version(number: int, image: str, **fields: object) -> dict[str, object]:
    return {"VersionNumber": number, "LaunchTemplateData": {"ImageId": image}, **fields}


def _image(image: str, state: str | None) -> Example:
    return Example(
        type=IMAGE,
        label="boots from",
        dangling=state is None,
        facts={IMAGES: {"ImageId": image, "State": state}},
    )


def _launching(template: Example, *target_groups: Example, version: str | None = None) -> Example:
    groups = [
        Example(type=TARGET_GROUP, label="forwards to", dangling=each.dangling)
        for each in target_groups or (Example(),)
    ]
    named = {"LaunchTemplateId": "lt-1", **({"Version": version} if version else {})}
    facts = group_facts(LaunchTemplate=named)
    return Example(facts={READ: facts}, linked=[template], linked_from=groups)


def _is_gone(group: View) -> str:
    """What the group refers to and cannot find, in words; empty if everything is there."""
    named = group.read(READ, "TargetGroupARNs") or []
    if group.workload.gap("elbv2:DescribeTargetGroups"):
        raise Unknown("elbv2:DescribeTargetGroups")
    if len(set(named)) > len(group.linked_from(TARGET_GROUP, label="forwards to")):
        return "a target group is gone"
    if group.dangling("launches from"):
        return "the launch template is gone"
    for template in group.linked(TEMPLATE, label="launches from"):
        wanted = _boots_from(group, template)
        images = template.linked(IMAGE, label="boots from")
        states = {image.read(IMAGES, "ImageId"): image.read(IMAGES, "State") for image in images}
        if wanted in states and states[wanted] != "available":
            return f"the image is {states[wanted]}"
        if wanted and wanted not in states and template.dangling("boots from"):
            return "the image is gone"
    return ""


_VERSION = (
    "LaunchTemplate.Version"
    " || MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification.Version"
)
_VERSIONS = "[].[VersionNumber, DefaultVersion, LaunchTemplateData.ImageId]"


def _boots_from(group: View, template: View) -> str | None:
    """The image of the template's version that the group launches, if that version was read."""
    row = _launched(group.read(READ, _VERSION), template.read(VERSIONS, _VERSIONS) or [])
    image = row[2] if row else None
    return image if image and image.startswith("ami-") else None


def _launched(version: str | None, rows: list[Any]) -> Any:
    """The row of the version that is launched: number, whether it is the default, image."""
    rows = sorted(rows, key=lambda row: int(row[0]))
    if version == "$Latest":
        rows = rows[-1:]
    elif version in (None, "$Default"):
        rows = [row for row in rows if row[1]]
    else:
        rows = [row for row in rows if str(row[0]) == version]
    return rows[0] if rows else None


_NEW_IMAGE = "ami-on-paper"


def _make_whole(group: Draft) -> None:
    """Let go of target groups that are gone, and launch from an image that is there."""
    _let_go(group)
    if not group.linked(TEMPLATE, label="launches from"):
        group.drop_dangling("launches from")
        version = _version(1, "ami-gone", DefaultVersion=True)
        template = group.add(TEMPLATE, group.name, {VERSIONS: [version]})
        group.link(template, "launches from", kind=RelationKind.CONTAINMENT)
        group.put_in(READ, "LaunchTemplate.Version", "$Default")
    for template in group.linked(TEMPLATE, label="launches from"):
        _boot_from_a_new_image(group, template)


def _let_go(group: Draft) -> None:
    """Take target groups off it that are gone; AWS knows them by their ARNs."""
    there = group.linked_from(TARGET_GROUP, label="forwards to")
    named = group.read(READ, "TargetGroupARNs") or []
    if len(set(named)) <= len(there):
        return
    kept = {each.id for each in there}
    sources = group.read(READ, "TrafficSources") or []
    group.put(
        READ,
        TargetGroupARNs=[arn for arn in named if arn in kept],
        TrafficSources=[source for source in sources if source.get("Identifier") in kept],
    )


def _boot_from_a_new_image(group: Draft, template: Draft) -> None:
    row = _launched(group.read(READ, _VERSION), template.read(VERSIONS, _VERSIONS) or [])
    images = template.linked(IMAGE, label="boots from")
    there = {i.read(IMAGES, "ImageId") for i in images if i.read(IMAGES, "State") == "available"}
    if row is None or not str(row[2]).startswith("ami-") or row[2] in there:
        return

    def put_image(versions: list[dict[str, Any]]) -> None:
        for version in versions:
            if version["VersionNumber"] == row[0]:
                version["LaunchTemplateData"]["ImageId"] = _NEW_IMAGE

    template.edit(VERSIONS, put_image)
    image = template.add(
        IMAGE, template.name, {IMAGES: {"ImageId": _NEW_IMAGE, "State": "available"}}
    )
    template.link(image, "boots from", kind=RelationKind.CONTAINMENT)


@check(
    id="asg.group_broken_reference",
    resource_type=GROUP,
    title=(
        "A group refers to an image, template or target group that is gone: it can replace nothing"
    ),
    question=GUARDRAILS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(
        Effect(ZONE_LOST, Phase.ACT, "redeploy_by_hand", by_person=True),
        Effect(COMPONENT_LOST, Phase.ACT, "redeploy_by_hand", by_person=True),
        Effect(OVERLOAD, Phase.ACT, "redeploy_by_hand", by_person=True),
    ),
    effect_source="an assumed build of an image and template under pressure",
    recommendation=(
        "Point the launch template at an image that exists and start one instance from it; keep "
        "images that templates refer to out of the clean-up job. Take target groups that are gone "
        "off the group."
    ),
    documentation=(
        "Troubleshoot Amazon EC2 Auto Scaling",
        "https://docs.aws.amazon.com/autoscaling/ec2/userguide/CHAP_Troubleshooting.html",
    ),
    remedy=Remedy(change=_make_whole, effort=Effort.HOURS, cost=Cost.FREE),
    passes=[
        _launching(_template("available")),
        _launching(_template(None, newer=_image("ami-2", "available")), version="$Latest"),
        _launching(_template("available", newer=_image("ami-2", "disabled")), version="1"),
    ],
    fails=[
        _launching(_template("available", newer=_image("ami-2", "disabled")), version="$Latest"),
        _launching(_template(None)),
        _launching(_template("disabled")),
        _launching(Example(type=TEMPLATE, label="launches from", dangling=True)),
        _launching(_template("available"), Example(dangling=True)),
    ],
    silent=[_group(MaxSize=0)],
)
def group_broken_reference(group: View) -> Outcome:
    """Running instances hide it: it shows when the first is lost, or when load asks for more.

    Only the version that the group launches counts; an old default may name what it likes. A group
    that stands by with no instance needs all of it most.
    """
    if group.read(READ, "MaxSize") == 0:
        return NOT_APPLICABLE
    if gone := _is_gone(group):
        return failed(gone, spared=[COMPONENT_LOST] if rides_out_a_loss(group) else [])
    return passed()


@check(
    id="asg.group_replaced_at_once",
    resource_type=GROUP,
    title="A group may replace most instances at once: one bad release reaches nearly all users",
    question=CHANGE_SIZE,
    layer=Layer.CONTINUOUS_IMPROVEMENT,
    on_fail=(Effect(BAD_CHANGE, Phase.ACT, "redeploy_by_hand", by_person=True),),
    effect_source="an assumed deployment of the earlier version by hand",
    recommendation=(
        "Set `MinHealthyPercentage` of the instance maintenance policy to 90 or more: replacing "
        "takes "
        "longer, and a bad release stops at the first instances."
    ),
    documentation=(
        "Instance maintenance policies",
        "https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-instance-"
        "maintenance-policy.html",
    ),
    remedy=Remedy(change=replace_a_few, effort=Effort.MINUTES, cost=Cost.FREE),
    passes=[_group(InstanceMaintenancePolicy={"MinHealthyPercentage": 90})],
    fails=[_group(InstanceMaintenancePolicy={"MinHealthyPercentage": 0})],
    silent=[
        _group(),
        _group(InstanceMaintenancePolicy={"MinHealthyPercentage": -1}),
        _group(MaxSize=1, InstanceMaintenancePolicy={"MinHealthyPercentage": 0}),
    ],
)
def group_replaced_at_once(group: View) -> Outcome:
    """The share that stays in service while instances are replaced is the size of one change."""
    share = group.read(READ, "InstanceMaintenancePolicy.MinHealthyPercentage")
    if share in (None, -1) or group.read(READ, "MaxSize") < 2:
        return NOT_APPLICABLE
    return passed_if(share >= MOST_IN_SERVICE)
