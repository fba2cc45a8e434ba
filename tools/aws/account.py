"""The only way to AWS: one call at a time, through the read-only gate, counted and retried.

What AWS refuses is never raised: an answer is either data or a `Refusal`, which becomes a gap.
"""

import ssl
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import boto3
import botocore
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError
from botocore.httpsession import create_urllib3_context
from botocore.paginate import Paginator

from state.errors import AccountUnreachable, CredentialsRefused
from state.snapshot import GapReason
from tools.aws.answers import as_json
from tools.aws.declarations import Call
from tools.aws.gate import IDENTITY, close, guard
from tools.aws.redaction import redact_text
from tools.aws.refusals import (
    EXPIRED_CODES,
    FAILURES,
    NO_CREDENTIALS,
    UNKNOWN_CREDENTIALS_CODES,
    Refusal,
    refusal_of,
)

CALLS_IN_FLIGHT_PER_SERVICE = 8
ATTEMPTS = 5  # botocore's adaptive mode backs off per client, so per service and Region
# Said once: botocore puts its own together anew, twice for every call, a tenth of the CPU time.
_USER_AGENT = f"seeams Boto3/{boto3.__version__} Botocore/{botocore.__version__}"
_TOKENS = ("NextToken", "nextToken", "Marker", "NextMarker", "nextMarker")


class Account:
    """Read access to one AWS account."""

    def __init__(
        self,
        session: boto3.Session,
        *,
        endpoint_url: str | None = None,
        observe: Callable[[str, str], None] | None = None,
        attempts: int = ATTEMPTS,
        timeout_seconds: float = 30,
    ) -> None:
        """Close the session to all but reads.

        Args:
        session: credentials and profile; clients made of it from now on can only read.
        endpoint_url: the embedded account's address; None for AWS itself.
        observe: told (operation, Region) of every call as it is made.
        attempts: how often a call is tried before it is given up.
        timeout_seconds: how long an answer is waited for.
        """
        close(session)
        self._session = session
        self._endpoint_url = endpoint_url
        self._observe = observe
        self._attempts, self._timeout = attempts, timeout_seconds
        self._trust = _reading_certificates_once()
        self._clients: dict[tuple[str, str], Any] = {}
        self._building = threading.Lock()
        self._counting = threading.Lock()
        self._slots: dict[str, threading.BoundedSemaphore] = defaultdict(
            lambda: threading.BoundedSemaphore(CALLS_IN_FLIGHT_PER_SERVICE)
        )
        self._home: str | None = None  # a Region where the credentials were taken
        self._identity: tuple[str, str] | None = None
        self.calls: Counter[str] = Counter()
        self.seconds = 0.0

    def identify(self, region: str) -> tuple[str, str]:
        """The account's id and partition; AWS is asked once.

        Raises:
            CredentialsRefused: there are none, or AWS does not take them.
            AccountUnreachable: no answer.
        """
        if self._identity:
            return self._identity
        self._home = region
        answer = self.call(IDENTITY, region, {})
        if not isinstance(answer, Refusal):
            self._identity = answer["Account"], answer["Arn"].split(":")[1]
            return self._identity
        if answer.reason is GapReason.DENIED:
            raise CredentialsRefused(
                f"AWS refused to say whose credentials these are ({answer.code}: {answer.detail}). "
                "Try `aws sts get-caller-identity`, or name another --profile"
            )
        raise AccountUnreachable(
            f"no answer from AWS in {region} ({answer.code}: {answer.detail}). Check the Region, "
            "the network, the proxy and AWS_ENDPOINT_URL; `seeams demo` needs none of them"
        )

    def call(
        self,
        call: Call,
        region: str,
        arguments: Mapping[str, Any],
        most_items: int | None = None,
    ) -> Any:
        """The joined pages of one call as JSON (times are ISO 8601), or a Refusal.

        Args:
            call: what is asked.
            region: where it is asked.
            arguments: what the call is given.
            most_items: a longer list is read no further, and given up.

        Raises:
            CredentialsRefused: the credentials are missing or expired: no later call can succeed.
        """
        with self._slot(call.service):
            started = time.perf_counter()
            try:
                return self._answer(call, region, arguments, most_items)
            except NO_CREDENTIALS as error:
                raise CredentialsRefused(
                    f"no usable AWS credentials: {redact_text(str(error))}. Run `aws configure` or "
                    "`aws sso login`, set AWS_PROFILE, or try `seeams demo`, which needs none"
                ) from error
            except FAILURES as error:
                return self._refused(call, region, error)
            finally:
                with self._counting:
                    self.seconds += time.perf_counter() - started

    def _answer(
        self, call: Call, region: str, arguments: Mapping[str, Any], most_items: int | None
    ) -> Any:
        client = self._client(call.service, region)
        paginator = _paginator(client, call.operation)
        if paginator:
            config = {"PageSize": call.page_size, "MaxItems": most_items}
            config = {name: limit for name, limit in config.items() if limit}
            pages = paginator.paginate(**arguments, PaginationConfig=config)
            answer = pages.build_full_result()
            if pages.resume_token:
                return Refusal(GapReason.NOT_SCANNED, "", f"more than {most_items} are listed")
            return as_json(answer)
        answer = getattr(client, botocore_method(call.operation))(**arguments)
        return as_json({key: value for key, value in answer.items() if key != "ResponseMetadata"})

    def _refused(self, call: Call, region: str, error: Exception) -> Refusal:
        refusal = refusal_of(error)
        unknown = refusal.code in UNKNOWN_CREDENTIALS_CODES
        if refusal.code in EXPIRED_CODES or (unknown and region == self._home):
            raise CredentialsRefused(
                f"AWS refused the credentials ({refusal.code}: {refusal.detail}). Run `aws sso "
                "login` or renew them (and check the clock), then run the same command again"
            ) from None
        if unknown:
            detail = f"the account does not seem to have {region} enabled: {refusal.detail}"
            return Refusal(GapReason.UNSUPPORTED, refusal.code, detail)
        if isinstance(error, EndpointConnectionError) and not self._offered(call.service, region):
            return Refusal(
                GapReason.UNSUPPORTED, refusal.code, f"{call.service} has no endpoint in {region}"
            )
        return refusal

    def _offered(self, service: str, region: str) -> bool:
        """Whether AWS lists an endpoint of the service in the Region, or none anywhere."""
        partition = self._session.get_partition_for_region(region)
        regions = self._session.get_available_regions(service, partition_name=partition)
        return not regions or region in regions

    def _slot(self, service: str) -> threading.BoundedSemaphore:
        with self._counting:
            return self._slots[service]

    def _client(self, service: str, region: str) -> Any:
        key = (service, region)
        if key not in self._clients:
            with self._building:  # sessions are not thread-safe while they build clients
                if key not in self._clients:
                    self._clients[key] = self._build(service, region)
        return self._clients[key]

    def _build(self, service: str, region: str) -> Any:
        is_first_call = service == IDENTITY.service  # the sooner it is known that nobody answers
        client = self._session.client(
            service,
            region_name=region,
            endpoint_url=self._endpoint_url,
            config=Config(
                retries={
                    "mode": "adaptive",
                    "total_max_attempts": min(self._attempts, 2)
                    if is_first_call
                    else self._attempts,
                },
                max_pool_connections=CALLS_IN_FLIGHT_PER_SERVICE,
                connect_timeout=min(self._timeout, 5),
                read_timeout=self._timeout,
                user_agent=_USER_AGENT,
            ),
        )
        # One set of trusted certificates for all connections: botocore reads them for each again.
        # There is no public way in; a test holds what it saves.
        client._endpoint.http_session._manager.connection_pool_kw["ssl_context"] = self._trust
        guard(client, self._passed)
        return client

    def _passed(self, operation: str, region: str) -> None:
        with self._counting:
            self.calls[operation] += 1
        if self._observe:
            self._observe(operation, region)


def _reading_certificates_once() -> ssl.SSLContext:
    """Botocore's settings of TLS, in a context that reads each file of certificates once."""
    context: ssl.SSLContext = create_urllib3_context()
    once = cache(context.load_verify_locations)
    context.load_verify_locations = once  # type: ignore[method-assign, assignment]  # same call
    return context


def _paginator(client: Any, operation: str) -> Paginator | None:
    """Botocore's paginator, or one made up where botocore has none though answers come in pages."""
    method = botocore_method(operation)
    if client.can_paginate(method):
        return client.get_paginator(method)
    model = client.meta.service_model.operation_model(operation.partition(":")[2])
    asked = model.input_shape.members if model.input_shape else {}
    answered = model.output_shape.members if model.output_shape else {}
    token = next((t for t in _TOKENS if t in asked and t in answered), None)
    lists = [name for name, shape in answered.items() if shape.type_name == "list"]
    if token is None or not lists:
        return None
    pages = {"input_token": token, "output_token": token, "result_key": lists}
    return Paginator(getattr(client, method), pages, model)


def botocore_method(operation: str) -> str:
    """The client method of an operation: `rds:DescribeDBInstances` -> `describe_db_instances`."""
    name: str = botocore.xform_name(operation.partition(":")[2])
    return name
