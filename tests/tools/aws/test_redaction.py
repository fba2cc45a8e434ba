"""A planted secret survives nowhere; ordinary names and the ARNs of secrets survive everywhere."""

import json
import re
import string
import time
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tools.aws.redaction import _DETECTORS, REDACTED, _detector, redact, redact_text

_FEW = settings(max_examples=60, deadline=None)
_ALPHANUMERIC = string.ascii_letters + string.digits
_WORD = st.text(_ALPHANUMERIC, min_size=8, max_size=30)
_PROSE = st.text(string.ascii_letters + " .,-\n", max_size=40)


@st.composite
def secrets(draw: st.DrawFn) -> tuple[str, str]:
    """A text that holds a secret, and the secret."""
    secret = draw(_WORD)
    key = "AKIA" + draw(st.text(string.ascii_uppercase + string.digits, min_size=16, max_size=16))
    signature = draw(st.text(string.hexdigits, min_size=64, max_size=64))
    return draw(
        st.sampled_from(
            [
                (key, key),
                (
                    f"-----BEGIN RSA PRIVATE KEY-----\n{secret}\n-----END RSA PRIVATE KEY-----",
                    secret,
                ),
                (f"-----BEGIN PRIVATE KEY-----\n{secret}", secret),
                (f"postgresql://admin:{secret}@db.example.com:5432/orders", secret),
                (f"redis://:{secret}@cache.example.com:6379", secret),
                (f"https://b.s3.amazonaws.com/k?X-Amz-Signature={signature}", signature),
                (f"https://b.s3.amazonaws.com/k?X-Amz-Credential={key}&X-Amz-Expires=60", key),
                (f"eyJhbGciOiJIUzI1NiJ9.{secret}.{signature}", signature),
                (f"password={secret}", secret),
                (f"DB_PASSWORD: {secret}", secret),
                (f"password:{secret}", secret),
                (f"aws_secret_access_key = {secret}", secret),
                (f"mysql --password {secret}", secret),
                (f'{{"apiKey":"{secret}"}}', secret),
                (json.dumps(json.dumps({"token": secret})), secret),
                (f"Server=db;Pwd={secret};", secret),
                (f"ghp_{signature[:36]}", signature[:36]),
            ]
        )
    )


@_FEW
@given(secrets(), _PROSE, _PROSE)
def test_a_secret_in_text_is_hidden(planted: tuple[str, str], before: str, after: str) -> None:
    text, secret = planted
    assume(secret not in before + after)
    assert secret not in redact_text(f"{before} {text} {after}")


_CONTEXTS = st.recursive(
    st.just("HERE"),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=2),
        st.dictionaries(st.sampled_from(["Name", "Description", "Value"]), inner, min_size=1),
    ),
    max_leaves=4,
)


@_FEW
@given(secrets(), _CONTEXTS)
def test_a_secret_anywhere_in_an_answer_is_hidden(planted: tuple[str, str], context: Any) -> None:
    text, secret = planted
    answer = json.loads(json.dumps(context).replace('"HERE"', json.dumps(text)))
    assert secret not in json.dumps(redact(answer))


@_FEW
@given(_WORD)
def test_values_that_are_called_secret_are_hidden(secret: str) -> None:
    answer = {
        "MasterUserPassword": secret,
        "Tags": [{"Key": "db-password", "Value": secret}],
        "Parameters": [{"ParameterKey": "ApiKey", "ParameterValue": secret}],
        "environment": [{"name": "AUTH_TOKEN", "value": secret}],
    }
    assert secret not in json.dumps(redact(answer))


@_FEW
@given(st.dictionaries(st.text("ABC_", min_size=1), _WORD), _WORD)
def test_values_at_declared_paths_are_hidden_and_their_names_kept(
    variables: dict[str, str], data: str
) -> None:
    answer = {"Environment": {"Variables": variables}, "UserData": data, "Instances": [{"A": data}]}
    hidden = redact(answer, ("Environment.Variables.*", "UserData", "Instances.*.A"))
    assert hidden["Environment"]["Variables"] == dict.fromkeys(variables, REDACTED)
    assert hidden["UserData"] == REDACTED
    assert hidden["Instances"] == [{"A": REDACTED}]
    assert answer["UserData"] == data, "the answer itself is still needed"


HARMLESS = (
    "arn:aws:secretsmanager:us-east-1:123456789012:secret:food-agent/api-key-AbCdEf",
    "arn:aws:sqs:us-east-1:123456789012:a-queue-with-a-name-that-is-quite-long-indeed-and-more",
    "arn:aws:ssm:us-east-1:123456789012:parameter/app/password",
    "arn:aws:kms:us-east-1:123456789012:key/525a56c9-a30f-4300-bbee-b6361d33bc6d",
    "arn:aws:iam::123456789012:role/token-rotation",
    "https://sqs.us-east-1.amazonaws.com/123456789012/orders",
    "http://[::1]:8080/health",
    "secretsmanager:GetSecretValue",
    "alias/secret-key",
    "prod/payment/api-key",
    "Allows the function to read the secret of the token service",
    "kms:ViaService",
    "2024-01-02T03:04:05+00:00",
    "subnet-0a438aa9bfd43e6be",
    "DB_SECRET_ARN=arn:aws:secretsmanager:us-east-1:123456789012:secret:orders-AbCdEf",
)


@pytest.mark.parametrize("text", HARMLESS)
def test_ordinary_names_are_not_damaged(text: str) -> None:
    assert redact_text(text) == text
    kept = {"SecretArn": text, "Key": {"Name": [text]}}
    assert redact(kept) == kept


def test_a_secret_held_elsewhere_is_named_but_not_hidden() -> None:
    secret = "arn:aws:secretsmanager:us-east-1:123456789012:secret:orders-AbCdEf"
    container = {"secrets": [{"name": "DB_PASSWORD", "valueFrom": secret}], "Secret": secret}
    assert redact(container) == container


@pytest.mark.parametrize("name", _DETECTORS)
@settings(max_examples=5, deadline=None)
@given(data=st.data())
def test_no_key_is_missed_for_want_of_its_word(name: str, data: st.DataObject) -> None:
    """Keys are looked for only where a word of theirs stands, so every key must hold one."""
    for pattern in _detector(name)[:1] if name.startswith("aws.") else _detector(name):
        ascii_only = st.characters(codec="ascii")
        key = data.draw(st.from_regex(re.compile(pattern.pattern), alphabet=ascii_only))
        assert any(word in key.lower() for word in _DETECTORS[name].split())


def test_what_needs_no_change_is_shared() -> None:
    answer = {"A": [1, {"B": "c"}], "D": None}
    assert redact(answer) is answer
    assert redact({"E": "x", **answer}, ("E",))["A"] is answer["A"]


def test_it_is_cheap() -> None:
    item = {f"Field{i}": f"arn:aws:rds:us-east-1:123456789012:db:orders-{i}" for i in range(40)}
    items = [{**item, "Id": str(n)} for n in range(1000)]
    started = time.process_time()
    for each in items:
        redact(each)
    assert time.process_time() - started < 0.5, "5,000 resources must stay well below a second"
