"""The reader of printed commands refuses what the command line would refuse."""

import pytest

from tests.aws_cli import Refused, commands_in, parse

DESCRIBE = "aws rds describe-db-instances --region eu-west-1"
TWO = "aws sqs list-queues \\\n  --region eu-west-1\naws sts get-caller-identity\n"


@pytest.mark.parametrize(
    "command",
    [
        "aws sqs drop-queue --queue-url x",
        "aws rds wait db-instance-happy",
        "aws sqs purge-queue --queue-url x --queue-url y",
        "aws sqs purge-queue --queue x",
        "aws sqs purge-queue",
        "aws ec2 describe-vpcs --dry-run maybe x",
        "aws rds modify-db-instance --db-instance-identifier",
        "aws dynamodb update-table --table-name orders --billing-mode FREE",
        "aws dynamodb update-table --table-name orders --provisioned-throughput "
        """'{"ReadCapacityUnits": "5", "WriteCapacityUnits": 5}'""",
        "aws dynamodb update-table --table-name orders --provisioned-throughput '{\"Reads\": 5}'",
        "aws sqs list-queues --starting-token x",
        f"{DESCRIBE} --query 'DBInstance[0]'",
        f"{DESCRIBE} --query 'DBInstances[0].{{Zone: Zone}}'",
        f"{DESCRIBE} --query 'DBInstances.DBInstanceStatus'",
        f"{DESCRIBE} --query 'DBInstances[0].Endpoint[0]'",
        f"{DESCRIBE} --query \"DBInstances[?State=='x'].DBInstanceIdentifier\"",
        f"{DESCRIBE} --query 'sort_by(DBInstances, &Created)'",
        "aws s3api get-bucket-policy --bucket b --max-items 5",
    ],
)
def test_refused(command: str) -> None:
    (words,) = commands_in(command)
    with pytest.raises((Refused, KeyError)):
        parse(words)


@pytest.mark.parametrize(
    "command",
    [
        f"{DESCRIBE} --query \"DBInstances[?MultiAZ=='x'].[Endpoint.Address, TagList[].Key]\"",
        f"{DESCRIBE} --query 'sort_by(DBInstances, &Engine)[-5:].DBInstanceIdentifier'",
        f"{DESCRIBE} --max-items 5 --query 'DBInstances[].VpcSecurityGroups[].Status'",
        "aws sqs get-queue-attributes --queue-url x --query Attributes.RedrivePolicy",
        "aws dynamodb update-table --table-name '<TABLE_NAME>' --deletion-protection-enabled",
        "aws dynamodb update-table --table-name orders --no-deletion-protection-enabled",
        "aws sns subscribe --topic-arn a --protocol email --notification-endpoint b",
        "aws ec2 run-instances --image-id ami-1 --count 1",
    ],
)
def test_taken(command: str) -> None:
    (words,) = commands_in(command)
    parse(words)


def test_a_script_has_several_commands() -> None:
    assert commands_in(
        "aws sqs list-queues \\\n  --region eu-west-1\naws sts get-caller-identity\n"
    ) == [
        ["aws", "sqs", "list-queues", "--region", "eu-west-1"],
        ["aws", "sts", "get-caller-identity"],
    ]
