"""How one discovery asks: no question twice, many at once, and a gap for every refusal."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from state.snapshot import Gap, GapReason
from tools.aws.account import Account
from tools.aws.answers import search
from tools.aws.declarations import Batch, Call, Collector
from tools.aws.identity import make_arn
from tools.aws.redaction import redact_text
from tools.aws.refusals import Refusal

CALLS_IN_FLIGHT = 16  # beyond that Python is the limit, not latency
_DOMAINS = {"aws-cn": "amazonaws.com.cn"}  # of service addresses, by partition

Observe = Callable[[str, Mapping[str, Any]], None]
_Job = TypeVar("_Job")
_Result = TypeVar("_Result")


class Asker:
    """Asks one account; use as a context manager.

    An answer is what `call.items` finds, None where AWS says "not configured" or "does not exist",
    or a Refusal, of which a gap is kept.
    """

    def __init__(
        self, account: Account, regions: Sequence[str], observe: Observe | None = None
    ) -> None:
        """Say who is asked.

        Args:
        account: what is asked.
        regions: the Regions that are scanned.
        observe: told of every gap, from any thread.
        """
        self.account, self.regions = account, tuple(regions)
        self.observe: Observe = observe or (lambda *_: None)
        self.account_id, self.partition = account.identify(regions[0])
        self.gaps: dict[tuple[str, str, str | None], Gap] = {}
        self._pool = ThreadPoolExecutor(CALLS_IN_FLIGHT, thread_name_prefix="aws")
        self._answers: dict[str, Future[Any]] = {}
        self._kept: dict[tuple[str, str], Any] = {}  # by request and what is kept of its answer
        self._lock = threading.Lock()

    def __enter__(self) -> "Asker":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def ask(
        self,
        call: Call,
        region: str,
        arguments: Mapping[str, Any],
        *,
        about: str | None = None,
        absent_if_not_found: bool = False,
    ) -> Any:
        """One answer. `about` is the resource whose fact it is; None for the account as a whole."""
        answer = self._answered(call, region, arguments)
        if absent_if_not_found and isinstance(answer, Refusal) and answer.not_found:
            return None
        if isinstance(answer, Refusal):
            self.note(answer, call.operation, region, about)
        return answer

    def hint(
        self, call: Call, region: str, arguments: Mapping[str, Any], most_items: int | None
    ) -> Any:
        """An answer that can only spare calls: None if it is refused or longer; no gap is kept."""
        answer = self._answered(call, region, arguments, most_items)
        return None if isinstance(answer, Refusal) else answer

    def ask_many(
        self, call: Call, region: str, batch: Batch, ids: Sequence[str]
    ) -> list[tuple[list[str], Any]]:
        """Ids and what was answered about them, asked at once.

        AWS refuses a whole request for one id that is gone: it is split until that id stands alone.
        """
        arguments = {**call.arguments, **filled(batch.arguments, {"ids": list(ids)})}
        answer = self._answered(call, region, arguments)
        if isinstance(answer, Refusal):
            if answer.about_request and len(ids) > 1:
                middle = len(ids) // 2
                return [
                    pair
                    for half in (ids[:middle], ids[middle:])
                    for pair in self.ask_many(call, region, batch, half)
                ]
            if len(ids) == 1 and answer.not_found:
                answer = None
            else:
                self.note(answer, call.operation, region, None)
        return [(list(ids), answer)]

    def at_once(
        self,
        ask: Callable[[_Job], _Result],
        jobs: Sequence[_Job],
        service: Callable[[_Job], str],
    ) -> list[_Result]:
        """The results of the jobs in their order; services take turns, so none holds up others."""
        futures = self.begin(ask, jobs, service)
        try:
            return [future.result() for future in futures]
        finally:
            for future in futures:
                future.cancel()

    def begin(
        self,
        ask: Callable[[_Job], _Result],
        jobs: Sequence[_Job],
        service: Callable[[_Job], str],
    ) -> list[Future[_Result]]:
        """Like `at_once`, without waiting."""
        position: Counter[str] = Counter()
        turns = []
        for index, job in enumerate(jobs):
            turns.append((position[service(job)], index))
            position[service(job)] += 1
        futures = {index: self._pool.submit(ask, jobs[index]) for _, index in sorted(turns)}
        return [futures[index] for index in range(len(jobs))]

    def note(self, refusal: Refusal, action: str, region: str, resource: str | None) -> None:
        """Keep a gap."""
        shown = redact_text(resource) if resource else None
        self.gaps[action, region, shown] = Gap(
            service=action.partition(":")[0],
            region=region,
            action=action,
            reason=refusal.reason,
            resource=shown,
            detail=f"{refusal.code}: {redact_text(refusal.detail)}".strip(": "),
        )
        self.observe("gap", {"action": action, "region": region, "reason": str(refusal.reason)})

    def note_not_scanned(self, action: str, region: str, resource: str, why: str) -> None:
        """Keep a gap for what was left alone on purpose."""
        self.note(Refusal(GapReason.NOT_SCANNED, "", why), action, region, resource)

    def scans(self, region: str) -> bool:
        """Whether resources in a Region are read."""
        return region == "global" or region in self.regions

    def home(self, collector: Collector, region: str) -> str:
        """The Region that is asked for resources of the type."""
        if collector.region or collector.region_path:
            return collector.region or self.regions[0]
        return self.regions[0] if region == "global" else region

    def arn(self, collector: Collector, plain: str, region: str) -> str:
        """The ARN of a resource of this account."""
        return make_arn(
            collector, plain, partition=self.partition, region=region, account=self.account_id
        )

    def names(self, plain: str, arn: str, region: str, **more: Any) -> dict[str, Any]:
        """What may stand in braces in the arguments of a call about a resource."""
        return {
            "id": plain,
            "arn": arn,
            "parts": plain.split("/"),
            "account": self.account_id,
            "region": region,
            "domain": _DOMAINS.get(self.partition, "amazonaws.com"),
            **more,
        }

    def _answered(
        self,
        call: Call,
        region: str,
        arguments: Mapping[str, Any],
        most_items: int | None = None,
    ) -> Any:
        request = f"{call.operation} {region} {json.dumps(arguments, sort_keys=True, default=str)}"
        if most_items:
            request += " in part"  # enough for a hint, and for nothing else
        with self._lock:
            is_new = request not in self._answers
            future = self._answers.setdefault(request, Future())
        if is_new:
            try:
                future.set_result(self.account.call(call, region, arguments, most_items))
            except BaseException as error:
                future.set_exception(error)
                raise
        answer = future.result()
        if isinstance(answer, Refusal):
            return None if answer.code in call.absent else answer
        if (request, call.items) not in self._kept:
            kept = search(call.items, answer)
            self._kept[request, call.items] = nothing(call) if kept is None else kept
        return self._kept[request, call.items]


def nothing(call: Call) -> Any:
    """The fact of a call that found nothing."""
    return [] if "[" in call.items else {}


def filled(
    arguments: Mapping[str, Any], names: Mapping[str, Any], item: Any = None
) -> dict[str, Any]:
    """Arguments with `{name}` and `@path` replaced."""
    return {key: _filled(value, names, item) for key, value in arguments.items()}


def _filled(value: Any, names: Mapping[str, Any], item: Any) -> Any:
    if isinstance(value, str):
        if value == "{ids}":
            return names["ids"]
        if value.startswith("@"):
            return search(value[1:], item)
        return value.format(**names) if "{" in value else value
    if isinstance(value, Mapping):
        return {key: _filled(inner, names, item) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, names, item) for inner in value]
    return value


def chunks(items: Iterable[_Job], size: int) -> Iterator[list[_Job]]:
    """The items in lists of at most `size`."""
    remaining = list(items)
    for start in range(0, len(remaining), size):
        yield remaining[start : start + size]
