"""An account that is made by hand and counts its calls, and specialists named by what they do."""

import threading
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from agents.specialist import assess
from state.categories import Category, categories
from state.channels import Request
from state.judgements import Assessment
from state.snapshot import Gap, GapReason, Resource, Selector, Snapshot

ACCOUNT, REGION = "123456789012", "eu-west-1"
READ = "rds:DescribeDBInstances"
SPECIALISTS = {f"assess_{category.slug}" for category in categories()}
GRADERS = {f"grade_{category.slug}" for category in categories()}
EVERY_NODE = {"discover", *SPECIALISTS, "assessed", *GRADERS, "compose", "write_report"}


def request(thread: str = "shop", **tags: str) -> Request:
    return Request(
        thread=thread,
        selector=Selector(tags=tags or {"workload": "shop"}),
        account=ACCOUNT,
        regions=(REGION,),
    )


def arn(name: str) -> str:
    return f"arn:aws:rds:{REGION}:{ACCOUNT}:db:{name}"


def snapshot(asked: Request, *, databases: int = 2, padding: str = "") -> Snapshot:
    """Databases without a standby, one of which could not be asked for its tags."""
    names = [f"db{number}" for number in range(databases)]
    return Snapshot(
        selector=asked.selector,
        account=asked.account,
        regions=list(asked.regions),
        taken_at=datetime(2026, 6, 1, tzinfo=UTC),
        resources={
            arn(name): Resource(
                id=arn(name),
                type="AWS::RDS::DBInstance",
                name=name,
                region=REGION,
                member=True,
                facts={
                    READ: {
                        "DBInstanceIdentifier": name,
                        "Engine": "postgres",
                        "MultiAZ": False,
                        "AllocatedStorage": 100,
                        "BackupRetentionPeriod": 7,
                        "Padding": padding,
                    }
                },
            )
            for name in names
        },
        relations=[],
        gaps=[
            Gap(
                service="rds",
                region=REGION,
                action="rds:ListTagsForResource",
                reason=GapReason.DENIED,
                resource=arn(names[0]),
            )
        ],
        calls={READ: 1, "sts:GetCallerIdentity": 1},
        seconds=0.5,
    )


class CountingAccount:
    """Answers with a snapshot made by hand, and counts how often it is read."""

    def __init__(self, **content: Any) -> None:
        self.content = content
        self.times_read = 0

    def __call__(self, asked: Request, observe: Any) -> Snapshot:
        self.times_read += 1
        observe("read", {"operation": READ})
        return snapshot(asked, **self.content)


class FailingAccount(CountingAccount):
    """Raises the first time it is read."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error

    def __call__(self, asked: Request, observe: Any) -> Snapshot:
        found = super().__call__(asked, observe)
        if self.times_read == 1:
            raise self.error
        return found


class CountingSpecialist:
    """Runs the checks, and counts how often it is asked for which category."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()

    def __call__(self, category: Category, seen: Snapshot, observe: Any) -> Assessment:
        self.asked[category.slug] += 1
        return assess(category, seen, observe)


class MeetingSpecialist(CountingSpecialist):
    """Goes on only when all five are at work at once."""

    def __init__(self) -> None:
        super().__init__()
        self.barrier = threading.Barrier(len(categories()))

    def __call__(self, category: Category, seen: Snapshot, observe: Any) -> Assessment:
        self.barrier.wait(timeout=20)
        return super().__call__(category, seen, observe)


class BrokenSpecialist(CountingSpecialist):
    """Breaks in some categories, each time it is asked or the first time only."""

    def __init__(self, *slugs: str, error: BaseException, times: int = 1000) -> None:
        super().__init__()
        self.slugs, self.error, self.times = slugs, error, times

    def __call__(self, category: Category, seen: Snapshot, observe: Any) -> Assessment:
        assessment = super().__call__(category, seen, observe)
        if category.slug in self.slugs and self.asked[category.slug] <= self.times:
            raise self.error
        return assessment


def without_times(report: Mapping[str, Any]) -> dict[str, Any]:
    """A report's JSON without what differs from run to run: when, which checkpoint, how long."""
    kept = {k: v for k, v in report.items() if k not in ("generated_at", "checkpoint", "usage")}
    kept["nodes_run"] = report["usage"]["nodes_run"]
    return kept
