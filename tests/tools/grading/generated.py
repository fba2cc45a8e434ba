"""Rows, objectives and results as hypothesis makes them up."""

from hypothesis import strategies as st

from state.categories import categories, scenarios
from state.judgements import Contribution, Evidence, Judgement, Phase, Verdict
from state.objectives import Objectives
from tools.checks import all_checks
from tools.grading.assumptions import assumptions

TABLE = assumptions()
CODES = [category.code for category in categories()]
RESOURCES = ("arn:a", "arn:b", "arn:c", "workload")

seconds = st.integers(min_value=1, max_value=30 * 24 * 3600)
contributions = st.builds(
    Contribution,
    scenario=st.sampled_from([None, *scenarios()]),
    phase=st.sampled_from(Phase),
    assumption=st.sampled_from(sorted(TABLE)),
    units=st.sampled_from([0.0, 0.1, 1.0, 7.3, 300.0, 40000.0]),
    by_person=st.booleans(),
)


def judgements(*verdicts: Verdict) -> st.SearchStrategy[Judgement]:
    """Rows with one of these verdicts."""
    return st.builds(
        _judgement,
        check=st.sampled_from(sorted(all_checks())),
        resource=st.sampled_from(RESOURCES),
        verdict=st.sampled_from(verdicts),
        contributed=st.lists(contributions, max_size=3).map(tuple),
    )


def _judgement(
    check: str, resource: str, verdict: Verdict, contributed: tuple[Contribution, ...]
) -> Judgement:
    known = verdict is not Verdict.UNKNOWN
    return Judgement(
        check=check,
        resource=resource,
        verdict=verdict,
        contributions=contributed if known else (),
        gaps=() if known else ("rds:DescribeDBInstances",),
        evidence=(Evidence(resource=resource, operation="o", path="p", value=1, region="r"),),
    )


some_rows = st.dictionaries(
    st.sampled_from(CODES), st.lists(judgements(*Verdict), max_size=5).map(tuple)
)


@st.composite
def objectives(draw: st.DrawFn) -> Objectives:
    """Objectives with or without those for the loss of a Region."""
    rto, rpo = draw(seconds), draw(seconds)
    if draw(st.booleans()):
        return Objectives(rto_seconds=rto, rpo_seconds=rpo)
    return Objectives(
        rto_seconds=rto,
        rpo_seconds=rpo,
        region_rto_seconds=rto + draw(seconds),
        region_rpo_seconds=rpo + draw(seconds),
    )
