"""The AWS account that is read: credentials, Regions, and the reading itself."""

import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from state.errors import CredentialsRefused, WrongUse

if TYPE_CHECKING:
    import boto3

    from graph.nodes import ReadAccount
    from tools.aws.account import Account

OnCall = Callable[[str, str], None]  # (operation, Region), from any thread


def own_session(profile: str | None, role_arn: str | None, region: str | None) -> "boto3.Session":
    """A session with the user's credentials, in a role if one is named.

    Raises:
        WrongUse: the role is no ARN.
        CredentialsRefused: the profile does not exist, or the role cannot be assumed.
    """
    import boto3
    from botocore.exceptions import BotoCoreError

    if role_arn and not role_arn.startswith("arn:"):
        raise WrongUse(
            f"--role-arn {role_arn!r} is no ARN: write arn:aws:iam::123456789012:role/NAME"
        )
    try:
        session = boto3.Session(profile_name=profile)
        return _in_role(session, profile, role_arn, region) if role_arn else session
    except BotoCoreError as error:
        raise CredentialsRefused(
            f"the AWS configuration cannot be used: {error}. See `aws configure list-profiles`, "
            "or try `seeams demo`, which needs none"
        ) from error


def regions_of(session: "boto3.Session", regions: Sequence[str] | None) -> list[str]:
    """The Regions asked for, or the profile's.

    Raises:
        WrongUse: none was asked for, and the profile has none; or one is no Region.
    """
    home = home_region(session)
    chosen = list(dict.fromkeys(regions or ())) or ([home] if home else [])
    if not chosen:
        raise WrongUse(
            "which Region? Say --region (repeatable), set AWS_REGION, or give the profile one with "
            "`aws configure set region us-east-1`"
        )
    for region in chosen:
        if not all(character.isalnum() or character == "-" for character in region) or not region:
            raise WrongUse(f"{region!r} is no Region: write it like us-east-1")
    return chosen


def home_region(session: "boto3.Session") -> str | None:
    """The Region that the user's settings name; boto3 itself does not look at AWS_REGION."""
    return os.environ.get("AWS_REGION") or session.region_name


def account_of(
    session: "boto3.Session", on_call: OnCall, endpoint_url: str | None = None
) -> "Account":
    """Read access to the session's account."""
    from tools.aws.account import Account

    return Account(session, endpoint_url=endpoint_url, observe=on_call)


def reader(account: "Account") -> "ReadAccount":
    """What the machine calls to read the workload from an account."""
    from tools.aws.discovery import discover

    return lambda request, observe: discover(
        account, request.selector, list(request.regions), observe
    )


def _in_role(
    session: "boto3.Session", profile: str | None, role_arn: str, region: str | None
) -> "boto3.Session":
    """A session whose credentials come from a role and renew themselves."""
    import boto3
    import botocore.session
    from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
    from botocore.exceptions import ClientError

    source = session._session
    credentials = session.get_credentials()
    if credentials is None:
        raise CredentialsRefused(
            f"no AWS credentials to assume {role_arn} with: run `aws configure` or `aws sso login`"
        )
    fetcher = AssumeRoleCredentialFetcher(
        client_creator=partial(
            source.create_client, region_name=region or session.region_name or "us-east-1"
        ),
        source_credentials=credentials,
        role_arn=role_arn,
        extra_args={"RoleSessionName": "seeams"},
    )
    in_role: Any = botocore.session.Session(profile=profile)
    in_role._credentials = DeferredRefreshableCredentials(
        method="assume-role", refresh_using=fetcher.fetch_credentials
    )
    try:
        in_role.get_credentials().get_frozen_credentials()
    except ClientError as error:
        refused = error.response.get("Error", {})
        raise CredentialsRefused(
            f"the role {role_arn} cannot be assumed ({refused.get('Code')}: "
            f"{refused.get('Message')}). Check its trust policy and --profile"
        ) from error
    return boto3.Session(botocore_session=in_role, region_name=session.region_name)
