"""One call at a time: pages joined, times as texts, clients and certificates shared."""

import ipaddress
import ssl
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.tools.aws.wire import Behaviour, Wire, dawdling, saying
from tools.aws.account import Account
from tools.aws.declarations import Call
from tools.aws.refusals import Refusal

REGION = "us-east-1"
KEYS = Call(operation="resourcegroupstaggingapi:GetTagKeys", items="TagKeys[]")
TABLE = Call(operation="dynamodb:DescribeTable")


def test_pages_are_joined(account: Account, wire: Wire) -> None:
    wire.when('GetTagKeys .*"PaginationToken": "next"', saying({"TagKeys": ["b"]}))
    wire.when("GetTagKeys", saying({"TagKeys": ["a"], "PaginationToken": "next"}))
    assert account.call(KEYS, REGION, {})["TagKeys"] == ["a", "b"]
    assert account.calls == Counter({KEYS.operation: 2})


def test_pages_are_joined_where_botocore_knows_of_none(
    account: Account, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.client.BaseClient.can_paginate", lambda *_: False)
    stacks = Call(operation="cloudformation:ListStackResources")
    wire.when("NextToken=next", _page("b", ""))
    wire.when("ListStackResources", _page("a", "<NextToken>next</NextToken>"))
    answer = account.call(stacks, REGION, {"StackName": "x"})
    names = [entry["LogicalResourceId"] for entry in answer["StackResourceSummaries"]]
    assert names == ["a", "b"]


def _page(name: str, token: str) -> Behaviour:
    entry = f"<member><LogicalResourceId>{name}</LogicalResourceId></member>"
    entries = f"<StackResourceSummaries>{entry}</StackResourceSummaries>"
    body = f"<R><ListStackResourcesResult>{entries}{token}</ListStackResourcesResult></R>"
    return lambda request: request.answer(200, {"Content-Type": "text/xml"}, body.encode())


def test_times_come_as_texts(account: Account, wire: Wire) -> None:
    wire.when("DescribeTable", saying({"Table": {"CreationDateTime": 1.5e9, "TableName": "t"}}))
    table = account.call(TABLE, REGION, {"TableName": "t"})["Table"]
    assert datetime.fromisoformat(table["CreationDateTime"]).year == 2017


def test_clients_are_made_once_however_many_ask(
    account: Account, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire.when("", dawdling(seed=1))
    made: list[tuple[str, str]] = []
    build = account._build

    def counted(service: str, region: str) -> Any:
        made.append((service, region))
        return build(service, region)

    monkeypatch.setattr(account, "_build", counted)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: account.call(KEYS, REGION, {}), range(16)))
    assert made == [("resourcegroupstaggingapi", REGION)]


def test_trusted_certificates_are_read_once_for_all_connections(
    wire: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = _certificate(tmp_path)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate)
    wire.socket = server.wrap_socket(wire.socket, server_side=True)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))
    read: Counter[str] = Counter()
    load = ssl.SSLContext.load_verify_locations

    def counted(self: ssl.SSLContext, cafile: Any = None, *more: Any, **named: Any) -> None:
        read[str(cafile)] += 1
        load(self, cafile, *more, **named)

    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", counted)
    wire.when("GetTagKeys", dawdling(seed=2))
    account = Account(
        boto3.Session("id", "key"), endpoint_url=wire.url.replace("http:", "https:"), attempts=1
    )
    account.call(TABLE, REGION, {"TableName": "t"})
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: account.call(KEYS, REGION, {}), range(8)))
    assert not [answer for answer in answers if isinstance(answer, Refusal)]
    assert read == {str(certificate): 1}


def test_certificates_are_still_checked(wire: Wire, tmp_path: Path) -> None:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(_certificate(tmp_path))
    wire.socket = server.wrap_socket(wire.socket, server_side=True)
    url = wire.url.replace("http:", "https:")
    account = Account(boto3.Session("id", "key"), endpoint_url=url, attempts=1)
    answer = account.call(KEYS, REGION, {})
    assert isinstance(answer, Refusal)
    assert answer.code == "SSLError"


def _certificate(folder: Path) -> Path:
    """A file with a key and the certificate of 127.0.0.1 that it signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path
