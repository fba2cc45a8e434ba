import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from state.objectives import parse_duration
from tools.embedded.samples import samples
from tools.embedded.samples.food_agent import NEIGHBOUR_TAGS
from tools.embedded.server import EmbeddedAccount


@pytest.fixture(scope="module")
def built() -> Iterator[EmbeddedAccount]:
    with EmbeddedAccount() as running:
        running.build(*samples())
        yield running


def _tagged(account: EmbeddedAccount, workload: str) -> list[str]:
    pages = (
        account.session()
        .client("resourcegroupstaggingapi")
        .get_paginator("get_resources")
        .paginate(TagFilters=[{"Key": "workload", "Values": [workload]}])
    )
    return [entry["ResourceARN"] for page in pages for entry in page["ResourceTagMappingList"]]


def _kinds(arns: list[str]) -> Counter[str]:
    """Counts by service and kind: `ec2:subnet`; an S3 bucket is just `s3`."""
    return Counter(_kind(*arn.split(":", 5)[2::3]) for arn in arns)


def _kind(service: str, rest: str) -> str:
    head = rest.replace("/", ":").split(":")[0]
    return service if service in {"s3", "sqs", "sns"} else f"{service}:{head}"


class TestFoodAgent:
    def test_tag_index(self, built: EmbeddedAccount) -> None:
        assert _kinds(_tagged(built, "food-agent")) == {
            "kms:key": 1,
            "lambda:function": 1,
            "logs:log-group": 1,
            "s3": 1,
            "secretsmanager:secret": 1,
        }

    def test_what_the_tag_index_does_not_show(self, built: EmbeddedAccount) -> None:
        agents = built.session().client("bedrock-agent")
        (agent,) = agents.list_agents()["agentSummaries"]
        detail = agents.get_agent(agentId=agent["agentId"])["agent"]
        assert agents.list_tags_for_resource(resourceArn=detail["agentArn"])["tags"] == {
            "workload": "food-agent"
        }
        roles = built.session().client("iam")
        for name in ("food-agent-agent", "food-agent-function"):
            assert roles.list_role_tags(RoleName=name)["Tags"] == [
                {"Key": "workload", "Value": "food-agent"}
            ]

    def test_the_agent_may_invoke_its_function(self, built: EmbeddedAccount) -> None:
        agents = built.session().client("bedrock-agent")
        (agent,) = agents.list_agents()["agentSummaries"]
        arn = agents.get_agent(agentId=agent["agentId"])["agent"]["agentArn"]
        policy = (
            built.session().client("lambda").get_policy(FunctionName="food-agent-orders")["Policy"]
        )
        (statement,) = json.loads(policy)["Statement"]
        assert statement["Principal"] == {"Service": "bedrock.amazonaws.com"}
        assert statement["Condition"]["ArnLike"]["AWS:SourceArn"] == arn

    def test_the_function_names_what_it_uses(self, built: EmbeddedAccount) -> None:
        functions = built.session().client("lambda")
        facts = functions.get_function_configuration(FunctionName="food-agent-orders")
        names = facts["Environment"]["Variables"]
        assert names["ORDERS_BUCKET"] == "food-agent-orders-123456789012"
        secrets = built.session().client("secretsmanager")
        secret = secrets.describe_secret(SecretId="food-agent/payment-api")
        assert names["PAYMENT_SECRET_ARN"] == secret["ARN"]
        document = (
            built.session()
            .client("iam")
            .get_role_policy(
                RoleName="food-agent-function", PolicyName="food-agent-function-access"
            )["PolicyDocument"]
        )
        named = {arn for statement in document["Statement"] for arn in statement["Resource"]}
        assert {secret["ARN"], facts["KMSKeyArn"]} <= named
        assert "arn:aws:s3:::food-agent-orders-123456789012/*" in named

    def test_orders_are_versioned(self, built: EmbeddedAccount) -> None:
        s3 = built.session().client("s3")
        answer = s3.get_bucket_versioning(Bucket="food-agent-orders-123456789012")
        assert answer["Status"] == "Enabled"

    def test_a_neighbour_shares_role_and_key_outside_the_tag(self, built: EmbeddedAccount) -> None:
        functions = built.session().client("lambda")
        own = functions.get_function_configuration(FunctionName="food-agent-orders")
        other = functions.get_function_configuration(FunctionName="menu-bot")
        assert (own["Role"], own["KMSKeyArn"]) == (other["Role"], other["KMSKeyArn"])
        assert _tagged(built, NEIGHBOUR_TAGS["workload"]) == [other["FunctionArn"]]


class TestShops:
    def test_tag_index_of_the_shop(self, built: EmbeddedAccount) -> None:
        kinds = _kinds(_tagged(built, "shop"))
        assert kinds["ec2:natgateway"] == 1
        assert kinds["ec2:instance"] == 2  # the group's one and the one that stands alone
        assert kinds["cloudwatch:alarm"] == 2
        assert kinds["lambda:function"] == 3
        assert {kind for kind, count in kinds.items() if count == 1} >= {
            "acm:certificate",
            "dynamodb:table",
            "ecs:service",
            "elasticfilesystem:file-system",
            "elasticloadbalancing:loadbalancer",
            "elasticloadbalancing:targetgroup",
            "rds:db",
            "s3",
            "sns",
            "sqs",
            "states:stateMachine",
        }

    def test_tag_index_of_the_well_built_shop(self, built: EmbeddedAccount) -> None:
        kinds = _kinds(_tagged(built, "shop-ha"))
        assert kinds["ec2:natgateway"] == 3
        assert kinds["ec2:instance"] == 3
        assert kinds["ec2:route-table"] == 4
        assert kinds["sqs"] == 3
        assert kinds["cloudwatch:alarm"] >= 40
        assert kinds["kms:key"] == 1

    @pytest.mark.parametrize(("workload", "zones"), [("shop", 1), ("shop-ha", 3)])
    def test_targets_stand_in_as_many_zones_as_told(
        self, built: EmbeddedAccount, workload: str, zones: int
    ) -> None:
        ec2 = built.session().client("ec2")
        reservations = ec2.describe_instances(
            Filters=[{"Name": "tag:aws:autoscaling:groupName", "Values": [f"{workload}-web"]}]
        )["Reservations"]
        subnets = [each["SubnetId"] for r in reservations for each in r["Instances"]]
        places = ec2.describe_subnets(SubnetIds=subnets)["Subnets"]
        assert len({subnet["AvailabilityZone"] for subnet in places}) == zones

    def test_the_well_built_shop_has_alarms_that_reach_somebody(
        self, built: EmbeddedAccount
    ) -> None:
        alarms = _alarms(built, "shop-ha-")
        (topic,) = {action for alarm in alarms for action in alarm["AlarmActions"]}
        listeners = (built.session().client("sns").list_subscriptions_by_topic(TopicArn=topic))[
            "Subscriptions"
        ]
        assert [each["Protocol"] for each in listeners] == ["email"]
        assert listeners[0]["SubscriptionArn"] != "PendingConfirmation"
        assert all(alarm["ActionsEnabled"] and alarm["StateValue"] == "OK" for alarm in alarms)

    def test_the_shops_alarms_reach_nobody(self, built: EmbeddedAccount) -> None:
        alarms = _alarms(built, "shop-orders-")
        sns = built.session().client("sns")
        assert len(alarms) == 2
        for alarm in alarms:
            (topic,) = alarm["AlarmActions"]
            listeners = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
            assert not alarm["ActionsEnabled"] or not listeners

    def test_a_queue_waits_six_times_as_long_as_its_consumer(self, built: EmbeddedAccount) -> None:
        assert _visibility(built, "shop-ha-orders") >= 6 * _timeout(built, "shop-ha-orders")
        assert _visibility(built, "shop-orders") < 6 * _timeout(built, "shop-orders")


def test_every_sample_tells_what_it_is() -> None:
    assert {"food-agent", "shop", "shop-ha"} <= set(samples())
    for name, sample in samples().items():
        assert sample.name == name
        assert sample.tags
        assert sample.description.endswith(".")
        assert parse_duration(sample.objectives.rto) > 0
        assert parse_duration(sample.objectives.rpo) > 0


def test_samples_side_by_side_do_not_mix(built: EmbeddedAccount) -> None:
    tagged = [set(_tagged(built, sample.tags["workload"])) for sample in samples().values()]
    assert all(tagged)
    assert sum(len(arns) for arns in tagged) == len(set.union(*tagged))


def _alarms(account: EmbeddedAccount, prefix: str) -> list[dict[str, Any]]:
    pages = account.session().client("cloudwatch").get_paginator("describe_alarms")
    return [
        alarm for page in pages.paginate(AlarmNamePrefix=prefix) for alarm in page["MetricAlarms"]
    ]


def _visibility(account: EmbeddedAccount, queue: str) -> int:
    sqs = account.session().client("sqs")
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])
    return int(answer["Attributes"]["VisibilityTimeout"])


def _timeout(account: EmbeddedAccount, function: str) -> int:
    functions = account.session().client("lambda")
    return int(functions.get_function_configuration(FunctionName=function)["Timeout"])
