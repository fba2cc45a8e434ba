import io
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from state.errors import PortTaken, WrongUse
from tools.embedded.server import ADDRESS, MUST_BE_UNSET, EmbeddedAccount


@pytest.fixture
def account() -> Iterator[EmbeddedAccount]:
    with EmbeddedAccount() as running:
        yield running


@pytest.fixture
def busy_port() -> Iterator[int]:
    with socket.socket() as listening:
        listening.bind((ADDRESS, 0))
        listening.listen()
        yield listening.getsockname()[1]


def test_answers_as_an_aws_account(account: EmbeddedAccount) -> None:
    identity = account.session().client("sts").get_caller_identity()
    assert identity["Account"] == "123456789012"


def test_a_second_account_starts_empty() -> None:
    with EmbeddedAccount() as first:
        first.session().client("sqs").create_queue(QueueName="left-over")
    with EmbeddedAccount() as second:
        assert "QueueUrls" not in second.session().client("sqs").list_queues()


def test_two_accounts_at_once_are_refused(account: EmbeddedAccount) -> None:
    with pytest.raises(RuntimeError, match="another embedded account"), EmbeddedAccount():
        pytest.fail("two accounts would share one state")


def test_a_taken_port_is_told_and_leaves_nothing_behind(busy_port: int) -> None:
    with pytest.raises(PortTaken, match=rf"port {busy_port} .* --port"):
        EmbeddedAccount(port=busy_port).__enter__()
    with EmbeddedAccount() as account:
        assert account.endpoint_url.startswith("http://127.0.0.1:")


def test_a_port_is_free_again_at_once() -> None:
    with EmbeddedAccount() as first:
        port = int(first.endpoint_url.rpartition(":")[2])
    with EmbeddedAccount(port=port) as second:
        assert second.endpoint_url == f"http://127.0.0.1:{port}"
        assert second.session().client("sts").get_caller_identity()


def test_has_no_address_when_it_does_not_run() -> None:
    account = EmbeddedAccount()
    with pytest.raises(RuntimeError, match="not running"):
        _ = account.endpoint_url


def test_stops_without_leaving_threads() -> None:
    with EmbeddedAccount():
        assert "embedded-account" in {thread.name for thread in threading.enumerate()}
    assert "embedded-account" not in {thread.name for thread in threading.enumerate()}


def test_the_session_is_blind_to_the_users_settings(
    account: EmbeddedAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "AWS_PROFILE": "production",
        "AWS_ACCESS_KEY_ID": "AKIAREALREALREALREAL",
        "AWS_ENDPOINT_URL": "http://192.0.2.1",
        "AWS_ENDPOINT_URL_S3": "http://192.0.2.1",
        "AWS_USE_FIPS_ENDPOINT": "true",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "HTTP_PROXY": "http://192.0.2.1:3128",
    }.items():
        monkeypatch.setenv(name, value)
    session = account.session()
    assert session.get_credentials().access_key == "AKIAEMBEDDEDACCOUNT0"
    assert session.region_name == "us-east-1"
    s3 = session.client("s3", endpoint_url=None, config=Config(connect_timeout=1))
    assert s3.list_buckets()["Buckets"] == []


def test_the_environment_is_all_that_another_process_needs(account: EmbeddedAccount) -> None:
    asks = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"
    inherited = {k: v for k, v in os.environ.items() if k not in MUST_BE_UNSET}
    answer = subprocess.run(
        [sys.executable, "-c", asks],
        env=inherited | {"HTTP_PROXY": "http://192.0.2.1:3128"} | account.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.strip() == "123456789012"


def test_what_moto_lacks_is_not_implemented_rather_than_broken(account: EmbeddedAccount) -> None:
    patient = Config(retries={"mode": "standard", "total_max_attempts": 5})
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        for service, method, arguments in (
            ("bedrock-agent", "list_agent_aliases", {"agentId": "A123456789"}),  # raises in moto
            ("lambda", "get_account_settings", {}),  # a page, 404
            ("rds", "describe_pending_maintenance_actions", {}),  # a page where XML is due
            ("dlm", "get_lifecycle_policies", {}),  # a service unknown to moto
        ):
            client = account.session().client(service, config=patient)
            with pytest.raises(ClientError) as caught:
                getattr(client, method)(**arguments)
            assert caught.value.response["Error"]["Code"] == "501"
            assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == 0
    assert said.getvalue() == ""


def test_subscriptions_are_counted_as_they_are_listed(account: EmbeddedAccount) -> None:
    sns = account.session().client("sns")
    heard, unheard = (sns.create_topic(Name=name)["TopicArn"] for name in ("heard", "unheard"))
    sns.subscribe(TopicArn=heard, Protocol="email", Endpoint="on-call@example.com")
    for topic, count in ((heard, "1"), (unheard, "0")):
        attributes = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
        assert attributes["SubscriptionsConfirmed"] == count
        assert len(sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]) == int(count)


def test_nothing_is_protected_by_aws_backup(account: EmbeddedAccount) -> None:
    backup = account.session().client("backup")
    assert backup.list_protected_resources()["Results"] == []


def test_what_is_not_there_stays_not_found(account: EmbeddedAccount) -> None:
    with pytest.raises(ClientError) as caught:
        account.session().client("s3").get_bucket_versioning(Bucket="nowhere")
    assert caught.value.response["Error"]["Code"] == "NoSuchBucket"
    with pytest.raises(ClientError) as caught:
        account.session().client("s3").head_bucket(Bucket="nowhere")
    assert caught.value.response["Error"]["Code"] == "404"


def test_an_unknown_sample_is_refused_before_anything_is_built(account: EmbeddedAccount) -> None:
    with pytest.raises(WrongUse, match="no sample workload 'foo': there are food-agent"):
        account.build("food-agent", "foo")
    assert not account.built
    assert account.session().client("lambda").list_functions()["Functions"] == []


def test_building_twice_changes_nothing(account: EmbeddedAccount) -> None:
    account.build("food-agent")
    before = _state(account)
    account.build("food-agent")
    assert _state(account) == before


def test_ids_are_the_same_at_every_start() -> None:
    seen = []
    for _ in range(2):
        with EmbeddedAccount() as account:
            account.build("food-agent")
            kms = account.session().client("kms").list_keys()["Keys"]
            agents = account.session().client("bedrock-agent").list_agents()["agentSummaries"]
            seen.append([key["KeyArn"] for key in kms] + [agent["agentId"] for agent in agents])
    assert seen[0] == seen[1]


def test_importing_it_is_cheap() -> None:
    """Moto and boto3 come when the account starts, not when the command line is parsed."""
    names = "import sys, json, tools.embedded.server; print(json.dumps(sorted(sys.modules)))"
    answer = subprocess.run(
        [sys.executable, "-c", names], capture_output=True, text=True, check=True
    )
    assert not {"moto", "boto3", "botocore", "flask"} & set(json.loads(answer.stdout))


def _state(account: EmbeddedAccount) -> Any:
    index = account.session().client("resourcegroupstaggingapi").get_resources()
    functions = account.session().client("lambda").list_functions()
    return index["ResourceTagMappingList"], functions["Functions"]


def test_a_plain_boto3_client_reaches_it_by_address(account: EmbeddedAccount) -> None:
    client = boto3.client(
        "sts",
        endpoint_url=account.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id="any",
        aws_secret_access_key="any",
    )
    assert client.get_caller_identity()["Account"] == "123456789012"
