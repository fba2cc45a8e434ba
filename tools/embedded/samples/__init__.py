"""Sample workloads for the embedded account, one module each.

A module in this package defines `NAME`, `TAGS`, `DESCRIPTION`, `OBJECTIVES` and `build(client)`,
made of plain boto3 calls. Nothing else lists the samples: a new one is one new file.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from state.errors import WrongUse

Clients = Callable[[str], Any]  # from botocore's name of a service to its client, made once


@dataclass(frozen=True, kw_only=True)
class SuggestedObjectives:
    """Objectives to try a sample with, as a person would type them."""

    rto: str
    rpo: str


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A sample workload: how it is named and tagged, and how it is built."""

    name: str
    tags: Mapping[str, str]
    description: str
    objectives: SuggestedObjectives
    build: Callable[[Clients], None]


@cache
def samples() -> Mapping[str, Sample]:
    """Every sample workload by name."""
    modules = (
        importlib.import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__)
    )
    found = (
        Sample(
            name=m.NAME,
            tags=m.TAGS,
            description=m.DESCRIPTION,
            objectives=m.OBJECTIVES,
            build=m.build,
        )
        for m in modules
    )
    return {each.name: each for each in sorted(found, key=lambda each: each.name)}


def sample(name: str) -> Sample:
    """The sample workload of that name.

    Raises:
        WrongUse: there is none; says which there are.
    """
    if name not in samples():
        raise WrongUse(f"no sample workload {name!r}: there are {', '.join(samples())}")
    return samples()[name]
