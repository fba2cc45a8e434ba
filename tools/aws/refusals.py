"""What AWS says no with, and what each no means: a gap, or a resource that is gone."""

import re
from dataclasses import dataclass

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOTokenLoadError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
    UnknownServiceError,
)
from botocore.parsers import ResponseParserError
from urllib3.exceptions import HTTPError  # a stream that stalls is broken off with one

from state.snapshot import GapReason
from tools.aws.redaction import redact_text

# What a call may raise instead of answering; anything else is a bug and goes through. A KeyError is
# what botocore makes of XML that is no answer of the service.
FAILURES = (ClientError, BotoCoreError, ResponseParserError, KeyError)
NO_CREDENTIALS = (
    NoCredentialsError,
    PartialCredentialsError,
    CredentialRetrievalError,
    ProfileNotFound,
    SSOTokenLoadError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)
EXPIRED_CODES = frozenset(
    {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
)
# In a Region that the account has not enabled, good credentials are refused like bad ones.
UNKNOWN_CREDENTIALS_CODES = frozenset(
    {
        "AuthFailure",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
_REASONS = {
    GapReason.DENIED: re.compile(
        r"AccessDenied|AccessDenied(Exception|Fault|ForDependency)|UnauthorizedOperation|.*AccessDenied"
        r"|AuthorizationError(Exception)?|NotAuthorized(Exception)?|Forbidden(Exception)?|403"
        r"|Unauthorized(Access)?(Exception)?|AccountAccessDenied|KMSAccessDenied.*|.*NotAuthorized"
    ),
    GapReason.THROTTLED: re.compile(
        r"Throttl.*|.*Throttled(Exception)?|RequestLimitExceeded|SlowDown|TooManyRequests(Exception)?|429"
        r"|ProvisionedThroughputExceeded.*|BandwidthLimitExceeded|PriorRequestNotComplete"
        r"|EC2ThrottledException|LimitExceededException"
    ),
    GapReason.UNSUPPORTED: re.compile(
        r"UnknownOperation(Exception)?|InvalidAction|NotImplemented|Unsupported(Operation|API)?(Exception)?"
        r"|OptInRequired|SubscriptionRequired(Exception)?|501|RegionNotSupported|NotSupported(Exception)?"
    ),
}
# By name only: a bare 404 may be a proxy's, or an address that the service does not have.
_NOT_FOUND = re.compile(
    r"NotFound|NoSuch|NonExistent|DoesNotExist|NotExist|NotFoundFault|Unknown(Resource|Table)"
    r"|\.Malformed$|^StateMachineDeleting$"
)


# What passes by itself, in a stream with a lower-case first letter.
_PASSING = re.compile(
    r"(Throttling|ServiceUnavailable|InternalServer|ModelTimeout|ModelStreamError|ModelNotReady"
    r"|TooManyRequests)(Exception)?"
)


@dataclass(frozen=True)
class Refusal:
    """Why a call gave no answer.

    `not_found`: AWS says that what was asked about does not exist. `about_request`: something in
    the request (one id of a batch, perhaps) was refused, not the call as such.
    """

    reason: GapReason
    code: str
    detail: str
    not_found: bool = False
    about_request: bool = False


def may_pass(error: Exception) -> bool:
    """Whether the same call may succeed a little later: throttled, timed out, cut off, a hiccup."""
    if isinstance(error, (HTTPClientError, ConnectionError, HTTPError)):
        return True
    code = str(getattr(error, "response", {}).get("Error", {}).get("Code", ""))
    return _PASSING.fullmatch(code[:1].upper() + code[1:]) is not None


def refusal_of(error: Exception) -> Refusal:
    """What one of `FAILURES` means. Its detail is redacted and short."""
    if isinstance(error, ClientError):
        return _refusal_of_answer(error)
    reason = GapReason.UNSUPPORTED if isinstance(error, UnknownServiceError) else GapReason.FAILED
    return Refusal(reason, type(error).__name__, _short(str(error)))


def _refusal_of_answer(error: ClientError) -> Refusal:
    said = error.response.get("Error", {})
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    code = str(said.get("Code", ""))
    detail = _short(str(said.get("Message", "")))
    for reason, codes in _REASONS.items():
        if codes.fullmatch(code):
            return Refusal(reason, code, detail)
    if status == 403:
        return Refusal(GapReason.DENIED, code, detail)
    return Refusal(
        GapReason.FAILED,
        code,
        detail,
        not_found=bool(_NOT_FOUND.search(code)),
        about_request=400 <= status < 500,
    )


def _short(text: str) -> str:
    """Redacted before it is cut: half a secret is harder to recognise than a whole one."""
    return " ".join(redact_text(text).split())[:200]
