"""Who uses a shared component, inside the workload and outside it."""

from collections.abc import Iterable

from tools.checks.neighbours import belongs_elsewhere
from tools.checks.paper import Draft
from tools.checks.view import View, Workload

SECURITY_GROUP = "AWS::EC2::SecurityGroup"
COMPUTE = (
    "AWS::AutoScaling::AutoScalingGroup",
    "AWS::EC2::Instance",
    "AWS::ECS::Service",
    "AWS::ECS::TaskDefinition",
    "AWS::Lambda::Function",
    "AWS::StepFunctions::StateMachine",
)


def users(*stores: View) -> list[View]:
    """Compute that names one of the stores, or carries a security group which it admits.

    Raises:
        Unknown: resources of one of these types could not be listed.
    """
    found = {user.id: user for store in stores for user in store.linked_from(*COMPUTE)}
    for store in stores:
        for group in store.linked(SECURITY_GROUP):
            for admitted in group.linked(SECURITY_GROUP):
                found.update((user.id, user) for user in admitted.linked_from(*COMPUTE))
    return [found[identity] for identity in sorted(found)]


def outsiders(of: Iterable[View]) -> list[View]:
    """Those that are not the workload's, nor a part of it that somebody forgot to tag."""
    return [user for user in of if belongs_elsewhere(user)]


def separate(store: Draft, *ways_in: Draft) -> None:
    """On paper: users outside the workload have something of their own, and reach this no more.

    `ways_in` are what else leads to the store: its nodes, a proxy, an access point.
    """
    workload = Workload(store.paper.snapshot())
    doors = [View(each.resource, workload) for each in (store, *ways_in)]
    for stranger in outsiders(users(*doors)):
        other = store.paper.draft(stranger.id)
        for door in (store, *ways_in):
            other.unlink(door)
            for guard in door.linked(SECURITY_GROUP):
                for admitted in guard.linked(SECURITY_GROUP):
                    other.unlink(admitted)


def named(views: Iterable[View], most: int = 3) -> str:
    """Their names, shortened to a few."""
    names = sorted(view.name for view in views)
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
