"""An account to read, and a wire in front of it."""

import pkgutil
import threading
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from tests.tools.aws.wire import Wire
from tools.aws import declarations, identity
from tools.aws.account import Account
from tools.embedded.server import EmbeddedAccount

SERVICES = {
    *("cloudwatch", "dynamodb", "iam", "kms", "lambda_", "logs", "rds", "route53", "s3"),
    *("secretsmanager", "sns", "sqs", "vpc"),
}


@pytest.fixture(scope="module")
def few_services() -> Iterator[None]:
    """Only some services are read, so that a run takes a fraction of the time."""
    found = pkgutil.iter_modules

    def iter_modules(path: Any) -> list[Any]:
        return [module for module in found(path) if module.name in SERVICES]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pkgutil, "iter_modules", iter_modules)
        _forget_collectors()
        declarations.collectors()
    yield
    _forget_collectors()


def _forget_collectors() -> None:
    declarations.collectors.cache_clear()
    identity.collectors_of_arn.cache_clear()
    identity._by_service.cache_clear()


@pytest.fixture(scope="module")
def embedded() -> Iterator[EmbeddedAccount]:
    with EmbeddedAccount() as running:
        yield running


@pytest.fixture(scope="module")
def session(embedded: EmbeddedAccount) -> boto3.Session:
    """One session for a module: its loader has read the services' models."""
    return embedded.session()


@pytest.fixture
def wire(embedded: EmbeddedAccount) -> Iterator[Wire]:
    server = Wire(embedded.endpoint_url)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def account(wire: Wire, session: boto3.Session) -> Account:
    return Account(session, endpoint_url=wire.url, attempts=1, timeout_seconds=5)
