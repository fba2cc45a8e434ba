"""Calls that are spared because another answer shows that they would find nothing."""

import io
import json
import zipfile
from typing import Any

import pytest

from state.snapshot import Selector, Snapshot
from tests.tools.aws.wire import Wire, denying
from tools.aws.account import Account
from tools.aws.discovery import discover
from tools.embedded.server import EmbeddedAccount

pytestmark = pytest.mark.usefixtures("few_services", "workload")

REGION, ACCOUNT = "us-east-1", "123456789012"
FUNCTIONS = ("plain", "plainer", "published", "live")
VERSIONS = "lambda:ListFunctions"  # besides the list that every discovery with a function makes
ALL_VERSIONS = "FunctionVersion=ALL"


@pytest.fixture(scope="module")
def workload(embedded: EmbeddedAccount) -> None:
    """Four functions, of which two have a version and one an alias, and two buckets."""
    session = embedded.session()
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    role = session.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=trust)
    functions = session.client("lambda")
    for name in FUNCTIONS:
        functions.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=role["Role"]["Arn"],
            Handler="a.b",
            Code={"ZipFile": _code()},
            Tags={"workload": "w", "alone": str(name == "plain")},
            Publish=name in ("published", "live"),
        )
    functions.create_alias(FunctionName="live", Name="now", FunctionVersion="1")
    functions.create_alias(FunctionName="plain", Name="latest", FunctionVersion="$LATEST")
    buckets = session.client("s3")
    for name in ("versioned", "unversioned"):
        buckets.create_bucket(Bucket=name)
        tags = {"TagSet": [{"Key": "workload", "Value": "w"}]}
        buckets.put_bucket_tagging(Bucket=name, Tagging=tags)
    enabled = {"Status": "Enabled"}
    buckets.put_bucket_versioning(Bucket="versioned", VersioningConfiguration=enabled)


def _code() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.py", "")
    return buffer.getvalue()


def read(account: Account, **tags: str) -> Snapshot:
    return discover(account, Selector(tags={"workload": "w", **tags}), [REGION])


def aliases(snapshot: Snapshot) -> dict[str, Any]:
    functions = [r for r in snapshot.resources.values() if r.type == "AWS::Lambda::Function"]
    return {each.name: each.facts.get("lambda:ListAliases") for each in functions if each.member}


def test_only_functions_with_versions_are_asked_for_aliases(account: Account) -> None:
    snapshot = read(account)
    assert snapshot.calls["lambda:ListAliases"] == 2
    found = aliases(snapshot)
    assert found.pop("live")[0]["Name"] == "now"
    assert found == {"plain": [], "plainer": [], "published": []}


def test_one_function_is_asked_itself(account: Account) -> None:
    snapshot = read(account, alone="True")
    assert snapshot.calls[VERSIONS] == snapshot.calls["lambda:ListAliases"] == 1
    assert aliases(snapshot) == {"plain": []}, "an alias of what is not published is no way back"


def test_a_list_that_is_refused_spares_nothing_and_leaves_no_gap(
    wire: Wire, account: Account
) -> None:
    wire.when(ALL_VERSIONS, denying)
    snapshot = read(account)
    assert snapshot.calls["lambda:ListAliases"] == len(FUNCTIONS)
    assert None not in aliases(snapshot).values()
    assert not snapshot.gaps


def test_a_list_longer_than_it_is_worth_is_given_up(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.aws.details._ITEMS_FOR_A_CALL", 1)
    snapshot = read(account)
    assert snapshot.calls["lambda:ListAliases"] == len(FUNCTIONS)
    assert not snapshot.gaps


def test_what_is_not_spared_and_refused_is_a_gap(wire: Wire, account: Account) -> None:
    wire.when("/aliases", denying)
    snapshot = read(account)
    refused = {gap.resource for gap in snapshot.gaps if gap.action == "lambda:ListAliases"}
    assert refused == {
        f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}" for name in ("published", "live")
    }


def test_a_bucket_without_versions_is_not_asked_for_its_replication(account: Account) -> None:
    snapshot = read(account)
    assert snapshot.calls["s3:GetBucketVersioning"] == 2, "and no question is asked twice"
    assert snapshot.calls["s3:GetBucketReplication"] == 1
    facts = snapshot.resources["arn:aws:s3:::unversioned"].facts
    assert facts["s3:GetBucketReplication"] == {}


def test_nothing_is_spared_where_the_other_answer_is_missing(wire: Wire, account: Account) -> None:
    wire.when(r"GET /\S*\?versioning", denying)
    snapshot = read(account)
    assert snapshot.calls["s3:GetBucketReplication"] == 2
    assert {gap.action for gap in snapshot.gaps} == {"s3:GetBucketVersioning"}
