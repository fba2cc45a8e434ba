"""No test reaches past this machine, and none sees the user's own AWS configuration or state."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# Read by langgraph when it is imported, so not in a fixture.
os.environ["LANGGRAPH_STRICT_MSGPACK"] = "true"

# How long an example takes says more of the machine than of the code.
settings.register_profile("seeams", deadline=None, max_examples=50)
settings.load_profile("seeams")

_FORGET = ("AWS_", "SEEAMS_")


@pytest.fixture(autouse=True)
def nothing_of_the_users(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty home folder, no AWS settings."""
    for name in list(os.environ):
        if name.startswith(_FORGET):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "no-aws-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "no-aws-credentials"))
    monkeypatch.setenv("SEEAMS_HOME", str(tmp_path / "home"))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Sockets to loopback only, for every test."""
    from pytest_socket import socket_allow_hosts

    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)
