"""Experiments use AWS FIS as it is, strike the workload alone, and can be stopped."""

import json
import re

import yaml

from state.as_code import CodeKind
from state.objectives import Objectives
from state.snapshot import Resource
from tests.tools.as_code.conftest import (
    AGAINST,
    DAY,
    EACH,
    AssessFor,
    pieces,
    written,
)
from tools.as_code.faults import Experiment, actions, by_arn
from tools.as_code.roles import add_experiment_role
from tools.as_code.stack import Stack
from tools.checks.alarms import ALARM

EXPERIMENT = "AWS::FIS::ExperimentTemplate"
GROUP_TAG = "aws:autoscaling:groupName"
NEW_ACL = "ec2:CreateNetworkAcl"
READS = re.compile(r"[a-z0-9]+:(Describe|Get|List)")


@EACH
@AGAINST
def test_experiments_use_fis_as_it_is(
    assessed: AssessFor, name: str, objectives: Objectives
) -> None:
    code = written(assessed(name, objectives), CodeKind.EXPERIMENTS)
    for found in pieces(code, EXPERIMENT):
        assert 1 <= len(found["StopConditions"]) <= 5
        assert all(each["Source"] == "aws:cloudwatch:alarm" for each in found["StopConditions"])
        assert found["RoleArn"] == {"Fn::GetAtt": ["ExperimentRole", "Arn"]}
        assert len(found["Actions"]) <= 10
        assert len(found["Description"]) <= 512
        assert "Strikes: " in found["Description"]
        used = set()
        for action in found["Actions"].values():
            known = actions()[action["ActionId"]]
            given = set(action.get("Parameters", ()))
            assert given >= set(known.get("required", ()))
            assert given <= {*known.get("required", ()), *known.get("optional", ())}
            [(key, target)] = action["Targets"].items()
            assert key == known["key"]
            assert found["Targets"][target]["ResourceType"] == known["type"]
            assert ("zone" not in known) or known["zone"] in found["Targets"][target]["Parameters"]
            used.add(target)
        assert used == found["Targets"].keys()
        for target in found["Targets"].values():
            arns = target.get("ResourceArns", ())
            assert len(arns) <= 5
            assert not (arns and (target.get("ResourceTags") or target.get("Filters")))
            assert arns or target.get("ResourceTags") or target.get("Parameters")


def test_zones_fail_where_there_are_several(assessed: AssessFor) -> None:
    """shop-ha lies in three zones; food-agent lies in none."""
    found = pieces(written(assessed("shop-ha", DAY), CodeKind.EXPERIMENTS), EXPERIMENT)
    zones = [each for each in found if each["Description"].startswith("Zone without power")]
    assert len(zones) == 3
    used = {a["ActionId"] for each in zones for a in each["Actions"].values()}
    assert used >= {"aws:ec2:stop-instances", "aws:network:disrupt-connectivity"}
    agent = written(assessed("food-agent", DAY), CodeKind.EXPERIMENTS)
    declared = {each.what.partition(" (")[2] for t in agent.templates for each in t.declares}
    assert "zone_lost)" not in declared


def test_an_alarm_on_what_is_struck_does_not_stop_the_experiment(assessed: AssessFor) -> None:
    _, snapshot, _ = asked = assessed("shop-ha", DAY)
    code = written(asked, CodeKind.EXPERIMENTS)
    watched = {
        each.source: snapshot.resources[each.target].name
        for each in snapshot.relations
        if each.label == "watches" and each.target in snapshot.resources
    }
    [restart] = [
        each
        for each in pieces(code, EXPERIMENT)
        if each["Description"].startswith("Restart: shop-ha-orders")
    ]
    stops = [each["Value"] for each in restart["StopConditions"]]
    assert stops
    databases = {r.id for r in snapshot.resources.values() if r.type == "AWS::RDS::DBInstance"}
    on_database = {r.source for r in snapshot.relations if r.target in databases}
    assert watched.keys() >= set(stops)
    assert not on_database & set(stops)


def test_what_users_feel_stops_an_experiment_first(assessed: AssessFor) -> None:
    """An alarm on the API or the load balancer comes before one on what nobody calls."""
    _, snapshot, _ = asked = assessed("shop-ha", DAY)
    code = written(asked, CodeKind.EXPERIMENTS)
    doors = {
        each.id
        for each in snapshot.resources.values()
        if each.type.startswith(("AWS::ApiGateway::", "AWS::ElasticLoadBalancingV2::LoadB"))
    }
    on_doors = {each.source for each in snapshot.relations if each.target in doors}
    for each in pieces(code, EXPERIMENT):
        assert each["StopConditions"][0]["Value"] in on_doors


# -- nothing else is struck -----------------------------------------------------------------------


@EACH
def test_stop_conditions_are_alarms_that_there_are(assessed: AssessFor, name: str) -> None:
    """In the Region, in the same template, or asked for."""
    _, snapshot, _ = asked = assessed(name, DAY)
    for template in written(asked, CodeKind.EXPERIMENTS).templates:
        resources = yaml.safe_load(template.text)["Resources"]
        for each in resources.values():
            for stop in each["Properties"].get("StopConditions", ()):
                match stop["Value"]:
                    case {"Fn::GetAtt": [alarm, "Arn"]}:
                        assert resources[alarm]["Type"] == ALARM
                    case {"Ref": parameter}:
                        assert parameter == "StopAlarmArn"
                    case arn:
                        assert snapshot.resources[arn].type == ALARM
                        assert snapshot.resources[arn].region == template.region


@EACH
@AGAINST
def test_no_experiment_names_what_is_not_of_the_workload(
    assessed: AssessFor, name: str, objectives: Objectives
) -> None:
    """Members by ARN, the workload's own tags, a member Auto Scaling group or ECS service."""
    _, snapshot, _ = asked = assessed(name, objectives)
    members = {each.id for each in snapshot.resources.values() if each.member}
    facts = [each.facts for each in snapshot.resources.values() if each.member]
    groups = {
        f.get("autoscaling:DescribeAutoScalingGroups", {}).get("AutoScalingGroupName")
        for f in facts
    }
    groups |= {each.name for each in snapshot.resources.values() if each.member}
    for found in pieces(written(asked, CodeKind.EXPERIMENTS), EXPERIMENT):
        for target in found["Targets"].values():
            assert set(target.get("ResourceArns", ())) <= members
            if tags := target.get("ResourceTags"):
                assert tags == snapshot.selector.tags or tags.keys() == {GROUP_TAG}
                assert tags.get(GROUP_TAG) in {None, *groups}
            if "service" in target.get("Parameters", {}):
                assert (
                    any(
                        f.get("ecs:DescribeServices", {}).get("serviceName")
                        == target["Parameters"]["service"]
                        for f in facts
                    )
                    or target["Parameters"]["service"] in groups
                )


@EACH
@AGAINST
def test_the_role_may_change_what_is_struck_and_nothing_else(
    assessed: AssessFor, name: str, objectives: Objectives
) -> None:
    """Whatever is allowed on everything reads, or hands out no more than its conditions say."""
    _, snapshot, _ = asked = assessed(name, objectives)
    code = written(asked, CodeKind.EXPERIMENTS)
    struck = {
        arn
        for f in pieces(code, EXPERIMENT)
        for t in f["Targets"].values()
        for arn in t.get("ResourceArns", ())
    }
    for role in pieces(code, "AWS::IAM::Role"):
        [trust] = role["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"] == {"Service": "fis.amazonaws.com"}
        assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": snapshot.account}
        [policy] = role["Policies"]
        assert len(json.dumps(policy["PolicyDocument"])) < 10_240
        for statement in policy["PolicyDocument"]["Statement"]:
            assert not any("*" in each for each in statement["Action"])
            if statement["Resource"] == ["*"] and "Condition" not in statement:
                assert all(
                    READS.match(each) or each.startswith("logs:") for each in statement["Action"]
                )
                continue
            for resource in statement["Resource"]:
                if isinstance(resource, dict):
                    assert resource == {"Ref": "LambdaFaultsArn"}
                    continue
                allowed = (
                    "Condition" in statement
                    or resource.removesuffix("/stream/*") in struck
                    or re.search(r":(task|container-instance)/[^/*]+/[*]$", resource)
                    or resource.endswith(":network-acl/*")  # FIS's own, beside a subnet
                    or (resource.endswith(":vpc/*") and statement["Action"] == [NEW_ACL])
                )
                assert allowed, statement


def test_what_a_policy_cannot_name_is_said(assessed: AssessFor) -> None:
    """Three hundred volumes in a policy are some 25,000 characters; IAM takes 10,240."""
    _, snapshot, _ = assessed("shop", DAY)
    stack = Stack(snapshot, "us-east-1")
    volumes = [
        Resource(
            id=f"arn:aws:ec2:us-east-1:123456789012:volume/vol-{number:017}",
            type="AWS::EC2::Volume",
            name=str(number),
            region="us-east-1",
            member=True,
        )
        for number in range(300)
    ]
    experiment = Experiment(title="Hang", says="no I/O", scenario="component_lost")
    experiment.strike("Pause", "aws:ebs:pause-volume-io", volumes, by_arn(volumes), duration="PT1M")
    parts = list(experiment.parts())
    assert [len(each.actions) for each in parts] == [10] * 6  # five volumes each: sixty actions
    assert sum(len(each.targets) for each in parts) == 60
    add_experiment_role(stack, parts)
    [role] = stack.pieces.values()
    [policy] = role.properties["Policies"]
    [pause] = [
        s for s in policy["PolicyDocument"]["Statement"] if "ec2:PauseVolumeIO" in s["Action"]
    ]
    assert pause["Resource"] == ["arn:aws:ec2:us-east-1:123456789012:volume/*"]
    assert any("ec2:PauseVolumeIO" in note for note in stack.notes)


def test_more_groups_than_a_policy_can_name_are_all_of_the_kind(assessed: AssessFor) -> None:
    """A hundred groups in a condition are some 13,000 characters."""
    _, snapshot, _ = assessed("shop", DAY)
    stack = Stack(snapshot, "us-east-1")
    kind = "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:"
    groups = [
        Resource(
            id=f"{kind}00000000-0000-0000-0000-{number:012}:autoScalingGroupName/workers-{number}",
            type="AWS::AutoScaling::AutoScalingGroup",
            name=f"workers-{number}",
            region="us-east-1",
            member=True,
        )
        for number in range(100)
    ]
    experiment = Experiment(title="Full", says="no capacity", scenario="zone_lost")
    action = "aws:ec2:asg-insufficient-instance-capacity-error"
    experiment.strike("Full", action, groups, by_arn(groups), duration="PT1M")
    add_experiment_role(stack, [experiment])
    [role] = stack.pieces.values()
    policy = role.properties["Policies"][0]["PolicyDocument"]
    assert len(json.dumps(policy)) < 10_240
    [inject] = [s for s in policy["Statement"] if "ec2:InjectApiError" in s["Action"]]
    assert inject["Condition"]["ForAllValues:ArnLike"] == {"ec2:FisTargetArns": [f"{kind}*"]}
    assert any("ec2:InjectApiError" in note for note in stack.notes)


def test_tags_are_no_variables_in_a_policy(assessed: AssessFor) -> None:
    """IAM would put another value in the place of `${aws:username}`; `${$}` is a dollar to it."""
    _, snapshot, _ = assessed("shop", DAY)
    selector = snapshot.selector.model_copy(update={"tags": {"team": "${aws:username}"}})
    stack = Stack(snapshot.model_copy(update={"selector": selector}), "us-east-1")
    instances = [each for each in snapshot.resources.values() if each.type == "AWS::EC2::Instance"]
    experiment = Experiment(title="Stop", says="stops", scenario="component_lost")
    target = {"ResourceTags": {"team": "${aws:username}"}, "SelectionMode": "ALL"}
    experiment.strike("Stop", "aws:ec2:stop-instances", instances, [target])
    add_experiment_role(stack, [experiment])
    [role] = stack.pieces.values()
    assert "Tags" not in role.properties  # IAM takes no `$` in them
    [stop] = [
        statement
        for statement in role.properties["Policies"][0]["PolicyDocument"]["Statement"]
        if "ec2:StopInstances" in statement["Action"]
    ]
    assert stop["Condition"]["StringEquals"] == {"aws:ResourceTag/team": "${$}{aws:username}"}


def test_a_database_fails_over_where_its_primary_is(assessed: AssessFor) -> None:
    """By then it may be in another zone than now: FIS looks when the experiment starts."""
    code = written(assessed("shop-ha", DAY), CodeKind.EXPERIMENTS)
    targets = {
        found["Description"].split(": ")[1]: target["Parameters"]
        for found in pieces(code, EXPERIMENT)
        for name, target in found["Targets"].items()
        if name == "FailOverDatabases"
    }
    assert targets
    for zone, parameters in targets.items():
        assert parameters == {"availabilityZoneIdentifiers": zone}
