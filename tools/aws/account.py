"""The only way to AWS: one call at a time, through the read-only gate, counted, retried, never raising
for what AWS refuses. An answer is either data or a `Refusal`, which becomes a gap.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOTokenLoadError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
    UnknownServiceError,
)
from botocore.exceptions import (
    ConnectionError as BotoConnectionError,
)
from botocore.parsers import ResponseParserError

from state.errors import AccountUnreachable, CredentialsRefused
from state.snapshot import GapReason
from tools.aws.declarations import Call, collectors
from tools.aws.redaction import redact_text

# Reads that belong to no resource type: who am I, what carries the tag, what is in the stack.
IDENTITY = Call(operation="sts:GetCallerIdentity", iam="sts:GetCallerIdentity")
TAG_INDEX = Call(
    operation="resourcegroupstaggingapi:GetResources",
    items="ResourceTagMappingList[]",
    iam="tag:GetResources",
    page_size=100,
)
TAG_KEYS = Call(
    operation="resourcegroupstaggingapi:GetTagKeys", items="TagKeys[]", iam="tag:GetTagKeys"
)
TAG_VALUES = Call(
    operation="resourcegroupstaggingapi:GetTagValues", items="TagValues[]", iam="tag:GetTagValues"
)
STACK_RESOURCES = Call(
    operation="cloudformation:ListStackResources", items="StackResourceSummaries[]"
)
GROUP_RESOURCES = Call(
    operation="resource-groups:ListGroupResources", items="Resources[].Identifier"
)
CORE_CALLS = (IDENTITY, TAG_INDEX, TAG_KEYS, TAG_VALUES, STACK_RESOURCES, GROUP_RESOURCES)

CALLS_IN_FLIGHT_PER_SERVICE = 8
ATTEMPTS = 5  # botocore's adaptive mode backs off per client, so per service and Region

_EXPIRED = {
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "AuthFailure",
    "RequestExpired",
}
_DENIED = {
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "AuthorizationError",
    "AuthorizationErrorException",
    "NotAuthorized",
    "Forbidden",
    "403",
    "UnauthorizedException",
}
_THROTTLED = {
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestLimitExceeded",
    "SlowDown",
    "TooManyRequestsException",
    "RequestThrottled",
    "RequestThrottledException",
    "ProvisionedThroughputExceededException",
    "BandwidthLimitExceeded",
}
_UNSUPPORTED = {
    "UnknownOperationException",
    "InvalidAction",
    "NotImplemented",
    "UnsupportedOperation",
    "UnsupportedOperationException",
    "OptInRequired",
    "SubscriptionRequiredException",
    "501",
}


class NotAllowed(Exception):
    """A call that is not on the allow-list reached the gate: a bug, never the user's doing."""


@dataclass(frozen=True)
class Refusal:
    """Why a call gave no answer."""

    reason: GapReason
    code: str
    detail: str


def allowed_calls() -> frozenset[str]:
    """The allow-list: exactly the operations that collectors and the core declare; all else is refused."""
    declared = {call.operation for c in collectors().values() for call in c.calls}
    return frozenset(declared | {call.operation for call in CORE_CALLS})


class Account:
    """Read access to one AWS account."""

    def __init__(
        self,
        session: boto3.Session,
        *,
        endpoint_url: str | None = None,
        observe: Callable[[str, str], None] | None = None,
    ) -> None:
        """Args:
        session: credentials and profile.
        endpoint_url: the embedded account's address; None for AWS itself.
        observe: told (operation, Region) of every call as it is made.
        """
        self._session = session
        self._endpoint_url = endpoint_url
        self._observe = observe
        self._allowed = allowed_calls()
        self._clients: dict[tuple[str, str], Any] = {}
        self._lock = threading.Lock()
        self._in_flight: dict[str, threading.BoundedSemaphore] = {}
        self.calls: Counter[str] = Counter()
        self.seconds = 0.0
        session.events.register("before-call", self._gate)

    @property
    def default_region(self) -> str | None:
        """The profile's Region."""
        return self._session.region_name

    def identify(self, region: str) -> tuple[str, str]:
        """The account's id and partition.

        Raises:
            CredentialsRefused: there are none, or AWS does not take them.
            AccountUnreachable: no answer.
        """
        answer = self.call(IDENTITY, region, {})
        if isinstance(answer, Refusal):
            if answer.code == "Unreachable":
                raise AccountUnreachable(
                    f"no answer from AWS in {region}: {answer.detail}. Check the network, the proxy and "
                    "AWS_ENDPOINT_URL; `seeams demo` needs none of them"
                )
            raise CredentialsRefused(
                f"AWS refused to say whose credentials these are ({answer.code}: {answer.detail}). "
                "Try `aws sts get-caller-identity`, or name another --profile"
            )
        return answer["Account"], answer["Arn"].split(":")[1]

    def call(self, call: Call, region: str, arguments: Mapping[str, Any]) -> Any:
        """The joined pages of one call, or a Refusal. Codes in `call.absent` answer `None`.

        Raises:
            CredentialsRefused: the credentials are missing or expired: no later call can succeed.
        """
        started = time.perf_counter()
        try:
            with self._slot(call.service):
                return self._answer(call, region, arguments)
        except ClientError as error:
            return self._refusal_of(call, error)
        except _NO_CREDENTIALS as error:
            raise CredentialsRefused(
                f"no usable AWS credentials: {error}. Run `aws configure` or `aws sso login`, set "
                "AWS_PROFILE, or try `seeams demo`, which needs none"
            ) from error
        except (ResponseParserError, UnknownServiceError) as error:
            return Refusal(GapReason.FAILED, type(error).__name__, redact_text(str(error))[:200])
        except BotoConnectionError as error:
            return Refusal(GapReason.FAILED, "Unreachable", redact_text(str(error))[:200])
        except BotoCoreError as error:
            return Refusal(GapReason.FAILED, type(error).__name__, redact_text(str(error))[:200])
        finally:
            with self._lock:
                self.seconds += time.perf_counter() - started

    def _answer(self, call: Call, region: str, arguments: Mapping[str, Any]) -> Any:
        client = self._client(call.service, region)
        method = botocore_method(call.operation)
        if client.can_paginate(method):
            config = {"PageSize": call.page_size} if call.page_size else {}
            return (
                client.get_paginator(method)
                .paginate(**arguments, PaginationConfig=config)
                .build_full_result()
            )
        answer = getattr(client, method)(**arguments)
        answer.pop("ResponseMetadata", None)
        return answer

    def _refusal_of(self, call: Call, error: ClientError) -> Refusal | None:
        code = str(error.response.get("Error", {}).get("Code", ""))
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        detail = redact_text(str(error.response.get("Error", {}).get("Message", "")))[:200]
        if code in call.absent:
            return None
        if code in _EXPIRED:
            raise CredentialsRefused(
                f"AWS refused the credentials ({code}: {detail}). Run `aws sso login` or renew them, "
                "then run the same command again: what was finished is kept"
            ) from error
        if code in _DENIED or code.endswith("AccessDenied"):
            reason = GapReason.DENIED
        elif code in _THROTTLED:
            reason = GapReason.THROTTLED
        elif code in _UNSUPPORTED:
            reason = GapReason.UNSUPPORTED
        elif status == 403:
            reason = GapReason.DENIED
        else:
            reason = GapReason.FAILED
        return Refusal(reason, code, detail)

    def _slot(self, service: str) -> threading.BoundedSemaphore:
        with self._lock:
            return self._in_flight.setdefault(
                service, threading.BoundedSemaphore(CALLS_IN_FLIGHT_PER_SERVICE)
            )

    def _client(self, service: str, region: str) -> Any:
        with self._lock:  # sessions are not thread-safe while they build clients
            key = (service, region)
            if key not in self._clients:
                self._clients[key] = self._session.client(
                    service,
                    region_name=region,
                    endpoint_url=self._endpoint_url,
                    config=Config(
                        retries={"mode": "adaptive", "total_max_attempts": ATTEMPTS},
                        max_pool_connections=CALLS_IN_FLIGHT_PER_SERVICE,
                        connect_timeout=10,
                        read_timeout=30,
                        user_agent_extra="seeams",
                    ),
                )
            return self._clients[key]

    def _gate(self, model: Any, context: Mapping[str, Any], **_: Any) -> None:
        operation = f"{model.service_model.service_name}:{model.name}"
        if operation not in self._allowed:
            raise NotAllowed(f"{operation} is not on the read-only allow-list")
        region = context.get("client_region", "")
        with self._lock:
            self.calls[operation] += 1
        if self._observe:
            self._observe(operation, region)


_NO_CREDENTIALS = (
    NoCredentialsError,
    PartialCredentialsError,
    CredentialRetrievalError,
    ProfileNotFound,
    SSOTokenLoadError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)


def botocore_method(operation: str) -> str:
    """The client method of an operation: `rds:DescribeDBInstances` -> `describe_db_instances`."""
    return botocore.xform_name(operation.partition(":")[2])
