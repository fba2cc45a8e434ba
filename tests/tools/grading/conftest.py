"""Hand-made ledgers."""

from collections.abc import Callable, Iterable, Mapping

import pytest

from state.categories import categories
from state.judgements import Assessment, Judgement
from state.snapshot import Gap
from tools.grading.ledger import GradedResource, Ledger

LedgerOf = Callable[..., Ledger]


@pytest.fixture(scope="session")
def ledger_of() -> LedgerOf:
    """A ledger from rows by category code; what has no rows was assessed and gave none."""

    def build(
        rows: Mapping[str, Iterable[Judgement]],
        *,
        soft: Iterable[str] = (),
        gaps: Iterable[Gap] = (),
        names: Mapping[str, str] | None = None,
    ) -> Ledger:
        resources = sorted({j.resource for js in rows.values() for j in js} - {"workload"})
        return Ledger(
            assessments={
                category.code: Assessment(
                    category=category.code,
                    judgements=tuple(rows.get(category.code, ())),
                    answers=(),
                )
                for category in categories()
            },
            resources={
                resource: GradedResource(
                    name=(names or {}).get(resource, resource),
                    type="AWS::RDS::DBInstance",
                    region="eu-west-1",
                    soft=resource in soft,
                )
                for resource in resources
            },
            gaps=tuple(gaps),
        )

    return build
