"""The published grading table, row by row, with the constants of `assumptions.toml` as they are.

The reference workload: a web tier and a PostgreSQL database of 200 GiB. Its objectives:

    HIGH    RTO 24 h      MEDIUM  RTO 30 min      LOW  RTO 12 min

RPO 12 h at HIGH and 30 min elsewhere, so that only the workload without backups is bound by it. The
letters are those of the category "single points of failure": what a failure costs. Alarms, where
there are some, have three periods of one minute.
"""

from collections.abc import Callable, Iterable

import pytest

from state.categories import categories
from state.categories.single_point_of_failure import COMPONENT_LOST, REGION_LOST, ZONE_LOST
from state.grades import Grade
from state.judgements import Contribution, Judgement, Phase, Verdict
from state.objectives import Objectives, Tolerance
from tools.checks import Example, all_checks
from tools.checks.examples import view_of
from tools.checks.judging import judge
from tools.grading.assumptions import assumptions
from tools.grading.grading import grade
from tools.grading.ledger import Ledger
from tools.grading.reckoning import Reckoning

MINUTE, HOUR, DAY = 60, 3600, 86400
RPO = 30 * MINUTE
HIGH = Objectives(rto_seconds=24 * HOUR, rpo_seconds=12 * HOUR)
MEDIUM = Objectives(rto_seconds=30 * MINUTE, rpo_seconds=RPO)
LOW = Objectives(
    rto_seconds=12 * MINUTE,
    rpo_seconds=RPO,
    region_rto_seconds=12 * MINUTE,
    region_rpo_seconds=RPO,
)
WITHOUT_REGION = {"region_rto_seconds": None, "region_rpo_seconds": None}
LOW_IN_ONE_REGION = LOW.model_copy(update=WITHOUT_REGION)
BOTH = (COMPONENT_LOST.name, ZONE_LOST.name)

SPOF = next(category for category in categories() if category.slug == "spof")


def database(*, multi_az: bool, backups: int = 7) -> list[Judgement]:
    """What the real checks say of the database."""
    facts = {
        "rds:DescribeDBInstances": {
            "Engine": "postgres",
            "MultiAZ": multi_az,
            "BackupRetentionPeriod": backups,
            "AllocatedStorage": 200,
        },
        "rds:DescribeDBSnapshots": [],
    }
    rows = []
    for check_id in ("rds.instance_single_az", "rds.instance_backup_off"):
        check = all_checks()[check_id]
        row = judge(check, view_of(check, Example(facts=facts, name="database")))
        assert row
        rows.append(row.model_copy(update={"resource": "arn:database"}))
    return rows


def step(
    scenarios: Iterable[str | None],
    phase: Phase,
    assumption: str,
    units: float = 1.0,
    *,
    by_person: bool = False,
    passed: bool = True,
    resource: str = "arn:web",
) -> Judgement:
    """One step of a recovery, as some check would state it."""
    return Judgement(
        check=f"example.{assumption}",
        resource=resource,
        verdict=Verdict.PASS if passed else Verdict.FAIL,
        contributions=tuple(
            Contribution(
                scenario=scenario,
                phase=phase,
                assumption=assumption,
                units=units,
                by_person=by_person,
            )
            for scenario in scenarios
        ),
    )


def alarms() -> list[Judgement]:
    """Somebody is told after three periods of a minute."""
    return [
        step([None], Phase.DETECT, "alarm_evaluation", 3 * MINUTE, resource=resource)
        for resource in ("arn:web", "arn:database")
    ]


REBUILT_BY_HAND = step(BOTH, Phase.ACT, "rebuild_component", by_person=True, passed=False)
REPLACED_IN_ITS_ZONE = step([COMPONENT_LOST.name], Phase.ACT, "instance_replacement")
MOVED_BY_HAND = [
    step([ZONE_LOST.name], Phase.ACT, "change_configuration", by_person=True, passed=False),
    step([ZONE_LOST.name], Phase.WARM_UP, "instance_replacement"),
]
EJECTED = step(BOTH, Phase.PROPAGATE, "load_balancer_ejects", 90)
RELAUNCHED = step(BOTH, Phase.ACT, "instance_replacement")
SWITCHED_BY_HAND = step(
    BOTH, Phase.ACT, "rds_failover", by_person=True, passed=False, resource="arn:database"
)
OTHER_REGION_TAKES_OVER = step([REGION_LOST.name], Phase.PROPAGATE, "load_balancer_ejects", 30)
ENOUGH_ELSEWHERE = step(BOTH, Phase.PROPAGATE, "load_balancer_ejects", 30)

ROWS = {
    # unmonitored 4 h + decide 30 min + rebuild 4 h = 8 h 30 of 24 h: 35 %
    "HIGH, no redundancy, regular backups": (
        HIGH,
        [REBUILT_BY_HAND, *database(multi_az=False)],
        "B",
    ),
    # alarm 3 min + decide 30 min + rebuild 4 h = 4 h 33 of 24 h: 19 %
    "HIGH, single AZ, monitoring and backups": (
        HIGH,
        [REBUILT_BY_HAND, *database(multi_az=False), *alarms()],
        "B+",
    ),
    # relaunch 7 min + ejection 90 s = 8.5 min of 24 h: 0.6 %
    "HIGH, Multi-AZ": (HIGH, [EJECTED, RELAUNCHED, *database(multi_az=True)], "A"),
    # the only copy is gone
    "HIGH, no backups": (
        HIGH,
        [REBUILT_BY_HAND, *database(multi_az=False, backups=0), *alarms()],
        "F",
    ),
    # 8 h 30 of 30 min
    "MEDIUM, no redundancy": (MEDIUM, [REBUILT_BY_HAND], "F"),
    # zone lost: alarm 3 min + decide 30 min + another subnet 30 min + relaunch 7 min = 70 of 30 min
    "MEDIUM, single AZ with auto scaling": (
        MEDIUM,
        [REPLACED_IN_ITS_ZONE, *MOVED_BY_HAND, *alarms()],
        "D",
    ),
    # zone lost: ejection 90 s + relaunch 7 min = 8.5 of 30 min: 28 %
    "MEDIUM, Multi-AZ with auto scaling": (
        MEDIUM,
        [EJECTED, RELAUNCHED, *database(multi_az=True)],
        "B",
    ),
    # failover 2 of 30 min: 6.7 %, the very end of an A
    "MEDIUM, Multi-AZ with automated failover": (
        MEDIUM,
        [ENOUGH_ELSEWHERE, *database(multi_az=True)],
        "A",
    ),
    # the same 70 min as above, of 12 min
    "LOW, single AZ": (
        LOW_IN_ONE_REGION,
        [REPLACED_IN_ITS_ZONE, *MOVED_BY_HAND, *alarms()],
        "F",
    ),
    # alarm 3 min + decide 30 min + failover 2 min = 35 of 12 min: 2.9 times
    "LOW, Multi-AZ without automation": (
        LOW_IN_ONE_REGION,
        [ENOUGH_ELSEWHERE, SWITCHED_BY_HAND, *alarms()],
        "D",
    ),
    # ejection 90 s + relaunch 7 min = 8.5 of 12 min: 71 %
    "LOW, Multi-AZ, full automation": (
        LOW_IN_ONE_REGION,
        [EJECTED, RELAUNCHED, *database(multi_az=True)],
        "C",
    ),
    # the other Region has the capacity and takes over in 30 s of 12 min: 4 %
    "LOW, multi-Region active-active": (LOW, [ENOUGH_ELSEWHERE, OTHER_REGION_TAKES_OVER], "A"),
}


@pytest.mark.parametrize("row", ROWS)
def test_published_table(ledger_of: Callable[..., Ledger], row: str) -> None:
    asked, judgements, letter = ROWS[row]
    assert asked.tolerance is Tolerance(row.partition(",")[0])
    given = grade(SPOF, Reckoning(ledger_of({SPOF.code: judgements}), assumptions()), asked)
    assert given.letter == letter, given.reason


def test_multi_az_at_high_tolerance_is_over_built(ledger_of: Callable[..., Ledger]) -> None:
    def given(asked: Objectives, judgements: list[Judgement]) -> Grade:
        return grade(SPOF, Reckoning(ledger_of({SPOF.code: judgements}), assumptions()), asked)

    asked, judgements, _ = ROWS["HIGH, Multi-AZ"]
    assert given(asked, judgements).over_built
    asked, judgements, _ = ROWS["MEDIUM, Multi-AZ with automated failover"]
    assert not given(asked, judgements).over_built
