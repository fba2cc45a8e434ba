"""How long work waits for its consumer, how long it is kept, and what is lost in between."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.judgements import Contribution, Phase, Verdict
from tools.checks import Example, all_checks
from tools.checks.dead_letters import lost_while_standing_still
from tools.checks.examples import view_of
from tools.checks.judging import judge

MINUTE, HOUR, DAY = 60, 3600, 86_400
ALARM = Example(
    type="AWS::CloudWatch::Alarm",
    label="watches",
    facts={
        "cloudwatch:DescribeAlarms": {
            "Namespace": "AWS/SQS",
            "MetricName": "ApproximateAgeOfOldestMessage",
            "Period": 60,
            "EvaluationPeriods": 5,
            "ActionsEnabled": True,
            "AlarmActions": ["arn:aws:sns:eu-west-1:123456789012:on-call"],
        }
    },
    linked=[
        Example(
            type="AWS::SNS::Topic",
            label="notifies",
            facts={"sns:GetTopicAttributes": {"SubscriptionsConfirmed": "1"}},
        )
    ],
)


def consumer(timeout: int = 30) -> Example:
    function = Example(
        type="AWS::Lambda::Function",
        label="invokes",
        facts={"lambda:ListFunctions": {"Timeout": timeout}},
    )
    return Example(
        type="AWS::Lambda::EventSourceMapping",
        label="polls",
        facts={"lambda:ListEventSourceMappings": {"MaximumBatchingWindowInSeconds": 0}},
        linked=[function],
    )


def queue(*around: Example, **attributes: object) -> Example:
    return Example(facts={"sqs:GetQueueAttributes": attributes}, linked_from=[consumer(), *around])


def rule(**policy: int) -> Example:
    return Example(
        facts={
            "events:DescribeRule": {"State": "ENABLED", "EventPattern": "{}"},
            "events:ListTargetsByRule": [{"Id": "1", "RetryPolicy": policy}],
        }
    )


def subscription(protocol: str, **policy: int) -> Example:
    return Example(
        facts={
            "sns:ListSubscriptions": {"Protocol": protocol},
            "sns:GetSubscriptionAttributes": {
                "EffectiveDeliveryPolicy": {"healthyRetryPolicy": policy}
            },
        }
    )


def contributed(check_id: str, example: Example) -> tuple[Verdict, dict[str, Contribution]]:
    check = all_checks()[check_id]
    row = judge(check, view_of(check, example))
    assert row
    return row.verdict, {each.assumption: each for each in row.contributions}


@pytest.mark.parametrize(
    ("retention", "around", "lost"),
    [
        (1 * HOUR, (), 5.5 * HOUR),
        (6 * HOUR, (), 0.5 * HOUR),
        (6.5 * HOUR, (), 0),
        (1 * HOUR, (ALARM,), 1 * HOUR + 35 * MINUTE),
        (4 * HOUR, (ALARM,), 0),
        (4 * DAY, (), 0),
    ],
)
def test_a_queue_loses_what_is_older_than_it_keeps(
    retention: float, around: tuple[Example, ...], lost: float
) -> None:
    """Without an alarm a consumer stands still for 4 h + 30 min + 2 h = 6 h 30 min.

    With one that fires after five minutes, for 5 min + 30 min + 2 h = 2 h 35 min. What was sent in
    the first (standstill - retention) of it is gone: 6:30 - 1:00 = 5:30, and 2:35 - 1:00 = 1:35.
    """
    example = queue(*around, MessageRetentionPeriod=str(int(retention)))
    verdict, by = contributed("sqs.queue_retention_short", example)
    assert by["kept_too_short"].units == lost
    assert by["kept_too_short"].phase is Phase.LOSE
    assert verdict is (Verdict.FAIL if lost else Verdict.PASS)


@pytest.mark.parametrize(
    ("policy", "lost"),
    [
        ({}, 0),
        ({"MaximumEventAgeInSeconds": 3600}, 5.5 * HOUR),
        ({"MaximumRetryAttempts": 0}, 6.5 * HOUR),
        ({"MaximumRetryAttempts": 37}, 6.5 * HOUR - 4.8 * HOUR),
    ],
)
def test_an_event_is_lost_when_the_tries_end_before_the_target_is_mended(
    policy: dict[str, int], lost: float
) -> None:
    """A day by default, 185 tries: more than the 6 h 30 min that the target is away for.

    37 tries are a fifth of them: 24 h / 5 = 4 h 48 min at most.
    """
    verdict, by = contributed("eventbridge.target_no_dlq", rule(**policy))
    assert verdict is Verdict.FAIL
    assert by["kept_too_short"].units == pytest.approx(lost)


@pytest.mark.parametrize(
    ("protocol", "policy", "lost"),
    [
        ("sqs", {}, 0),
        ("https", {}, 6.5 * HOUR - 60),
        (
            "https",
            {"numRetries": 50, "numMaxDelayRetries": 40, "minDelayTarget": 1, "maxDelayTarget": 60},
            6.5 * HOUR - 2410,
        ),
    ],
)
def test_a_message_to_a_web_hook_is_lost_when_the_delivery_policy_ends(
    protocol: str, policy: dict[str, int], lost: float
) -> None:
    """Three tries 20 s apart by default: one minute. Queues are tried for 23 days.

    50 tries, 40 of them 60 s apart and at least a second before each other: 40 x 60 + 10 x 1.
    """
    _, by = contributed("sns.subscription_no_dlq", subscription(protocol, **policy))
    assert by["kept_too_short"].units == lost


def test_a_message_that_failed_is_hidden_for_the_visibility_timeout() -> None:
    """360 s are more than six times the function's 30 s; 60 s would have to be 180 s."""
    _, enough = contributed("sqs.visibility_timeout_low", queue(VisibilityTimeout="360"))
    _, too_short = contributed("sqs.visibility_timeout_low", queue(VisibilityTimeout="60"))
    assert enough["message_shows_again"].units == 360
    assert too_short["message_shows_again"].units == 180


@pytest.mark.parametrize(("visible", "seconds"), [("180", 900), ("5400", 7200)])
def test_a_poison_message_steps_aside_after_its_tries(visible: str, seconds: int) -> None:
    """5 x 180 s = 15 min; 5 x 90 min would be longer than the two hours it takes by hand."""
    redrive = {"deadLetterTargetArn": "arn:aws:sqs:::dead", "maxReceiveCount": "5"}
    example = queue(VisibilityTimeout=visible, RedrivePolicy=redrive)
    verdict, by = contributed("sqs.queue_no_dlq", example)
    assert verdict is Verdict.PASS
    assert by["message_steps_aside"].units == seconds
    assert not by["message_steps_aside"].by_person


@pytest.mark.parametrize(
    ("retrier", "pause"),
    [
        ({"ErrorEquals": ["States.ALL"]}, 4),
        ({"ErrorEquals": ["States.ALL"], "IntervalSeconds": 2, "MaxAttempts": 4}, 16),
        ({"ErrorEquals": ["States.ALL"], "IntervalSeconds": 5, "MaxDelaySeconds": 12}, 12),
        ({"ErrorEquals": ["States.ALL"], "MaxAttempts": 0}, 0),
        ({"ErrorEquals": ["States.ALL"], "MaxAttempts": 99_999_999, "MaxDelaySeconds": 30}, 30),
        ({"ErrorEquals": ["States.ALL"], "IntervalSeconds": 10, "BackoffRate": 1}, 40),
        ({"ErrorEquals": ["NotReadyYet"], "IntervalSeconds": 600}, 0),
    ],
)
def test_a_step_waits_before_its_last_try(retrier: dict[str, object], pause: float) -> None:
    """Three tries by default, the pauses 1 s, 2 s, 4 s; four from 2 s on: 2, 4, 8, 16 s.

    A steady beat of 10 s counts as if it were backed off: 10, 20, 40 s. A poll is no retry.
    """
    task = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Retry": [retrier]}
    definition = {"States": {"Call": task}}
    example = Example(facts={"stepfunctions:DescribeStateMachine": {"definition": definition}})
    _, by = contributed("stepfunctions.task_no_retry", example)
    assert by["step_tries_again"].units == pause


@given(
    kept=st.floats(min_value=0, max_value=2 * DAY), more=st.floats(min_value=0, max_value=2 * DAY)
)
def test_what_is_kept_longer_never_loses_more(kept: float, more: float) -> None:
    check = all_checks()["sqs.queue_retention_short"]
    for around in ((), (ALARM,)):
        view = view_of(check, queue(*around))
        longer = lost_while_standing_still(kept + more, view)
        assert 0 <= longer <= lost_while_standing_still(kept, view)


@given(kept=st.floats(min_value=0, max_value=DAY))
def test_an_alarm_never_makes_the_loss_larger(kept: float) -> None:
    check = all_checks()["sqs.queue_retention_short"]
    watched, alone = view_of(check, queue(ALARM)), view_of(check, queue())
    assert lost_while_standing_still(kept, watched) <= lost_while_standing_still(kept, alone)
