"""Objectives from an AWS Resilience Hub policy: v1 in seconds, v2 in minutes."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from seeams.premises import first_complaint, read_text
from state.categories import scenarios
from state.errors import InvalidObjectives
from state.objectives import MINUTE, Disruption, spell_duration
from tools.grading.targets import DISRUPTIONS

Fields = dict[str, Any]  # of `Objectives`; what the policy leaves open is left out
_Said = Mapping[str, int]  # the policy's name for a disruption -> seconds

_TOP_AVAILABILITY = 99.99  # percent: less than an hour a year
_YEAR = 365 * 86400


class _Part(BaseModel):
    """What AWS answers, of which only the objectives are looked at."""

    model_config = ConfigDict(alias_generator=to_camel, strict=True)


class _Failure(_Part):
    rto_in_secs: int
    rpo_in_secs: int


class _V1(_Part):
    software: _Failure | None = Field(None, alias="Software")
    hardware: _Failure | None = Field(None, alias="Hardware")
    az: _Failure | None = Field(None, alias="AZ")
    region: _Failure | None = Field(None, alias="Region")


class _Strategy(_Part):
    rto_in_minutes: int | None = None
    rpo_in_minutes: int | None = None
    disaster_recovery_approach: str = ""


class _DataRecovery(_Part):
    time_between_backups_in_minutes: int | None = None


class _Slo(_Part):
    target: float | None = None


class _V2(_Part):
    multi_az: _Strategy = _Strategy()
    multi_region: _Strategy = _Strategy()
    data_recovery: _DataRecovery = _DataRecovery()
    availability_slo: _Slo = _Slo()


def policy_in(path: Path) -> Fields:
    """The objectives that a policy sets: what AWS's own commands print, whole or its inner object.

    Raises:
        InvalidPremises: the file cannot be read.
        InvalidObjectives: it is no policy.
    """
    try:
        document = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise InvalidObjectives(f"{path}: no JSON ({error})") from error
    try:
        return _fields_of(document if isinstance(document, dict) else {})
    except ValidationError as error:
        raise InvalidObjectives(f"{path}: {first_complaint(error)}") from error
    except InvalidObjectives as error:
        raise InvalidObjectives(f"{path}: {error}") from error


def _fields_of(document: dict[str, Any]) -> Fields:
    inner = document["policy"] if isinstance(document.get("policy"), dict) else document
    name = inner.get("name") or inner.get("policyName") or document.get("policyName") or "policy"
    failures = inner["policy"] if isinstance(inner.get("policy"), dict) else inner
    if {field.alias for field in _V1.model_fields.values()} & set(failures):
        return {"policy": str(name), **_of_v1(_V1.model_validate(failures))}
    if {to_camel(field) for field in _V2.model_fields} & set(inner):
        return {"policy": str(name), **_of_v2(_V2.model_validate(inner))}
    raise InvalidObjectives(
        "no policy of AWS Resilience Hub: save what `aws resiliencehub describe-resiliency-policy` "
        "or `aws resiliencehubv2 get-policy` prints"
    )


def _of_v1(policy: _V1) -> Fields:
    """Four disruptions. Software's objectives hold for whatever another one does not name."""
    said = {
        "Software": policy.software,
        "AZ": policy.az,
        "Hardware": policy.hardware,
        "Region": policy.region,
    }
    rto = {name: failure.rto_in_secs for name, failure in said.items() if failure}
    rpo = {name: failure.rpo_in_secs for name, failure in said.items() if failure}
    disruptions = tuple(
        each
        if each.name in ("Software", "Region")
        else _with(each, rto.get(each.name), rpo.get(each.name))
        for each in DISRUPTIONS
    )
    return {"disruptions": disruptions, **_plain(rto, rpo, "Software", "Region")}


def _of_v2(policy: _V2) -> Fields:
    """Loss of a zone and of a Region, and data; multi-AZ's hold for whatever else there is."""
    backups = policy.data_recovery.time_between_backups_in_minutes
    rto = {
        "multi-AZ": policy.multi_az.rto_in_minutes,
        "multi-Region": policy.multi_region.rto_in_minutes,
    }
    rpo = {
        "multi-AZ": policy.multi_az.rpo_in_minutes,
        "data recovery": backups,
        "multi-Region": policy.multi_region.rpo_in_minutes,
    }
    named = ("component_lost", "zone_lost", "region_lost", "data_deleted")
    disruptions = (
        Disruption(name="multi-AZ", scenarios=named[:2]),
        Disruption(name="multi-Region", scenarios=named[2:3]),
        Disruption(
            name="data recovery",
            scenarios=named[3:],
            rpo_seconds=None if backups is None else backups * MINUTE,
        ),
        Disruption(name="anything else", scenarios=tuple(s for s in scenarios() if s not in named)),
    )
    plain = _plain(_in_seconds(rto), _in_seconds(rpo), "multi-AZ", "multi-Region")
    notes = (*plain.pop("notes"), *_doubts(policy))
    return {"disruptions": disruptions, "notes": notes, **plain}


def _in_seconds(minutes: Mapping[str, int | None]) -> _Said:
    return {name: each * MINUTE for name, each in minutes.items() if each is not None}


def _with(disruption: Disruption, rto: int | None, rpo: int | None) -> Disruption:
    return disruption.model_copy(update={"rto_seconds": rto, "rpo_seconds": rpo})


def _plain(rto: _Said, rpo: _Said, main: str, region: str) -> Fields:
    """The workload's own objectives and the Region's; what is not said is taken from the next.

    Args:
        rto: what the policy says, the first to be taken first.
        rpo: the same.
        main: the disruption whose objectives are the workload's.
        region: the one for the loss of a Region.
    """
    fields: Fields = {}
    notes: list[str] = []
    asks_for_region = region in rto or region in rpo
    for what, said in (("rto", rto), ("rpo", rpo)):
        if not said:
            continue
        source = next(iter(said))
        fields[f"{what}_seconds"] = said[source]
        if source != main:
            notes.append(f"it sets no {what.upper()} for {main}: that for {source} stands in")
        if asks_for_region:
            fields[f"region_{what}_seconds"] = said.get(region, said[source])
        if asks_for_region and region not in said:
            notes.append(f"it sets no {what.upper()} for {region}: that for {source} stands in")
    return {**fields, "notes": tuple(notes)}


def _doubts(policy: _V2) -> list[str]:
    """What AWS advises against, and what is not graded."""
    target = policy.availability_slo.target
    if target is None:
        return []
    down = spell_duration((1 - target / 100) * _YEAR)
    doubts = [f"its availability of {target:g} % ({down} down in a year) is not graded here"]
    approaches = (policy.multi_az, policy.multi_region)
    restored = any(each.disaster_recovery_approach == "BACKUP_AND_RESTORE" for each in approaches)
    if target >= _TOP_AVAILABILITY and restored:
        doubts.append(
            f"an availability of {target:g} % cannot be met by backup and restore: one restore, of "
            "up to 24 hours, takes more than a year allows"
        )
    return doubts
