"""One read-only AWS call by name, for an agent that wants to look further than discovery did."""

from collections.abc import Mapping
from typing import Any

import jmespath
from botocore.exceptions import ParamValidationError
from jmespath.exceptions import JMESPathError

from tools.aws.account import Account
from tools.aws.declarations import Call, collectors
from tools.aws.gate import CORE_CALLS, allowed_calls, is_sensitive
from tools.aws.redaction import redact, redact_text
from tools.aws.refusals import Refusal

MOST_ITEMS = 500  # of a list: an agent has no use for more


def use_aws(
    account: Account,
    operation: str,
    region: str,
    arguments: Mapping[str, Any],
    projection: str | None = None,
) -> Any:
    """The items of one call, as discovery keeps them, redacted; or `{"error": ...}`.

    Args:
        account: read access, behind the gate.
        operation: exactly as declared, `rds:DescribeDBInstances`: no other can be called.
        region: where it is asked.
        arguments: the call's parameters, in AWS's own names.
        projection: a JMESPath over the list of items.

    Raises:
        CredentialsRefused: no later call can succeed.
    """
    known = _declared(operation)
    if known is None or is_sensitive(operation):
        return {"error": f"{operation} is not on the read-only allow-list; {_beside(operation)}"}
    call, secret_paths = known
    try:
        answer = account.call(call, region, arguments, MOST_ITEMS)
    except ParamValidationError as error:
        return {"error": redact_text(str(error))}
    if isinstance(answer, Refusal):
        return {"error": f"{answer.reason.value}: {answer.code} {answer.detail}".strip()}
    kept = jmespath.search(call.items, answer)
    items = [redact(item, secret_paths) for item in (kept if isinstance(kept, list) else [kept])]
    try:
        return items if projection is None else jmespath.search(projection, items)
    except JMESPathError as error:
        return {"error": f"{projection!r} is no JMESPath: {error}"}


def _beside(operation: str) -> str:
    """What there is of the same service: whoever guesses need not guess again."""
    service = operation.partition(":")[0]
    there = sorted(
        o for o in allowed_calls() if o.startswith(f"{service}:") and not is_sensitive(o)
    )
    return f"of {service} there are {', '.join(there)}" if there else "nor is any of its service"


def _declared(operation: str) -> tuple[Call, tuple[str, ...]] | None:
    """The call as discovery makes it, and what is secret in each of its items."""
    for collector in collectors().values():
        for call in collector.calls:
            if call.operation == operation:
                return call, tuple(collector.redact)
    return next(((call, ()) for call in CORE_CALLS if call.operation == operation), None)
