"""Amazon Bedrock with the user's own AWS settings, in a session that reads no account.

A session that reads one is closed to all but reads for good, and no model could be called with it.
"""

import os
from typing import Any, NamedTuple

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from state.errors import ModelUnavailable

_CONNECT_SECONDS = 10
_BEARER_TOKEN = "AWS_BEARER_TOKEN_BEDROCK"  # an API key of Bedrock's, instead of credentials
_WITHOUT = "or leave --model out: everything works without one"


class Clients(NamedTuple):
    """Bedrock's two faces."""

    runtime: Any  # answers
    control: Any  # says which model is behind an inference profile


def clients(region: str | None, profile: str | None, timeout_seconds: float) -> Clients:
    """Clients that try once: whoever calls them tries again within a budget.

    AWS's own settings count, AWS_ENDPOINT_URL_BEDROCK_RUNTIME among them. Nothing is called yet.

    Raises:
        ModelUnavailable: the profile, the Region or the credentials are missing.
    """
    config = Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=timeout_seconds,
        retries={"mode": "standard", "total_max_attempts": 1},
    )
    try:
        session = boto3.Session(profile_name=profile)
        where = region or os.environ.get("AWS_REGION") or session.region_name
        if not where:
            raise ModelUnavailable(
                f"which Region's Amazon Bedrock? Set AWS_REGION, {_WITHOUT}",
            )
        _require_credentials(session)
        services = ("bedrock-runtime", "bedrock")
        return Clients(*(session.client(s, region_name=where, config=config) for s in services))
    except BotoCoreError as error:
        raise ModelUnavailable(
            f"Amazon Bedrock cannot be used: {error}. Mend the AWS settings, {_WITHOUT}"
        ) from error


def _require_credentials(session: boto3.Session) -> None:
    if os.environ.get(_BEARER_TOKEN):
        return
    found = session.get_credentials()
    if found is None:
        raise ModelUnavailable(
            "no AWS credentials for Amazon Bedrock: run `aws configure` or `aws sso login`, set "
            f"AWS_PROFILE, {_WITHOUT}"
        )
    found.get_frozen_credentials()  # expired ones raise here, and not in the middle of a run
