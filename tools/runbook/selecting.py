"""Whose procedures are wanted: resources by the names that people give them."""

import re
from collections.abc import Iterable, Sequence

from state.categories import categories, category_of_scenario
from state.errors import WrongUse
from state.runbooks import Procedure
from tools.diagram.words import type_words

# What people call kinds of services, as the type begins.
_GROUPS = {
    "database": ("AWS::RDS::", "AWS::DynamoDB::"),
    "storage": ("AWS::S3::", "AWS::EFS::", "AWS::EC2::Volume"),
    "compute": ("AWS::Lambda::", "AWS::ECS::", "AWS::EC2::Instance", "AWS::AutoScaling::"),
    "cache": ("AWS::ElastiCache::",),
    "queue": ("AWS::SQS::",),
    "messaging": ("AWS::SQS::", "AWS::SNS::", "AWS::Events::"),
    "network": (
        "AWS::EC2::NatGateway",
        "AWS::EC2::RouteTable",
        "AWS::EC2::Subnet",
        "AWS::EC2::VPC",
        "AWS::ElasticLoadBalancingV2::",
        "AWS::Route53::",
    ),
    "load balancer": ("AWS::ElasticLoadBalancingV2::",),
    "alb": ("AWS::ElasticLoadBalancingV2::",),
    "asg": ("AWS::AutoScaling::",),
    "acm": ("AWS::CertificateManager::",),
    "ebs": ("AWS::EC2::Volume",),
    "dns": ("AWS::Route53::",),
    "api": ("AWS::ApiGateway::", "AWS::ApiGatewayV2::"),
    "agent": ("AWS::Bedrock::",),
    "aurora": ("AWS::RDS::DBCluster",),
    "postgres": ("AWS::RDS::",),
    "mysql": ("AWS::RDS::",),
}
_PARTS = re.compile(r"[\W_]+")
_CATEGORIES = frozenset(
    name.casefold() for each in categories() for name in (each.code, each.slug, each.title)
)


def selected(procedures: Sequence[Procedure], only: Iterable[str]) -> list[Procedure]:
    """The procedures that are meant by any of the names; all, if there is no name.

    Args:
        procedures: all that there are.
        only: resources by name or id, resource types, services, kinds of them ("database"), or
            categories.

    Raises:
        WrongUse: a name means none of them.
    """
    wanted = [name.strip() for name in only]
    if not wanted:
        return list(procedures)
    kept: set[int] = set()
    for name in wanted:
        found = _meant(procedures, _folded(name))
        if not found:
            raise WrongUse(f"no procedure for {name!r}: there are some for {_known(procedures)}")
        kept.update(found)
    return [each for number, each in enumerate(procedures) if number in kept]


def _meant(procedures: Sequence[Procedure], name: str) -> list[int]:
    """Places of those that are called so; if none is, of those that have it in their name."""
    for means in (_is_meant, _is_part_of_name):
        found = [number for number, each in enumerate(procedures) if means(each, name)]
        if found:
            return found
    return []


def _is_meant(procedure: Procedure, name: str) -> bool:
    own = set(map(_folded, _categories(procedure)))
    if not name or name in _CATEGORIES:
        return name in own
    exact = {
        procedure.name,
        procedure.resource,
        procedure.resource.rpartition(":")[2],
        procedure.resource.rpartition("/")[2],
        procedure.type,
        type_words(procedure.type),
        *procedure.type.split("::")[1:],
        type_words(procedure.type).split()[0],
        *procedure.scenarios,
    }
    singular = name.removesuffix("s")
    known = {_folded(each) for each in exact}
    if name in known or singular in known:
        return True
    prefixes = _GROUPS.get(name) or _GROUPS.get(singular) or ()
    return procedure.type.startswith(tuple(prefixes)) if prefixes else _in_words(procedure, name)


def _in_words(procedure: Procedure, name: str) -> bool:
    """Words of the type: `function`, `load balancer`, `secrets`."""
    words = f" {type_words(procedure.type).casefold()} "
    return f" {name} " in words or f" {name.removesuffix('s')} " in words


def _is_part_of_name(procedure: Procedure, name: str) -> bool:
    """`checkout` means `shop-checkout`, where nothing is called so itself."""
    return bool(name) and name in _PARTS.split(procedure.name.casefold())


def _categories(procedure: Procedure) -> Iterable[str]:
    of = category_of_scenario()
    for scenario in procedure.scenarios:
        category = of[scenario]
        yield from (category.code, category.slug, category.title)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _known(procedures: Sequence[Procedure]) -> str:
    names = sorted({each.name for each in procedures})
    kinds = sorted({type_words(each.type) for each in procedures})
    slugs = [c.slug for c in categories() if any(c.code in _categories(p) for p in procedures)]
    return ", ".join([*names[:20], *kinds, *slugs]) or "nothing"
