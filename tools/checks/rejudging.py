"""Judging again after changes on paper: only the verdicts that were read from what they touch."""

from collections import defaultdict

from state.judgements import WORKLOAD, Judgement
from state.snapshot import Snapshot
from tools.checks import Check, all_checks
from tools.checks.judging import Judge, judge, workload_of
from tools.checks.paper import Paper
from tools.checks.tracing import Key, Tracer, changes_on
from tools.checks.view import View

_Row = tuple[str, str]  # check, resource


class Readings:
    """Every verdict on an account, and what each was read from."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._account = workload_of(snapshot)
        self._rows: dict[_Row, Judgement | None] = {}
        self._readers: dict[Key, set[_Row]] = defaultdict(set)
        tracer = Tracer(self._account)
        traced = tracer.workload(changes_on(Paper(snapshot), self._account))
        for check in all_checks().values():
            members = (m.id for kind in check.resource_types for m in self._account.members(kind))
            for resource in (WORKLOAD,) if check.of_workload else tuple(members):
                tracer.seen.clear()
                known = None if check.of_workload else traced.snapshot.resources[resource]
                self._rows[check.id, resource] = judge(check, View(known, traced))
                for key in tracer.seen:
                    self._readers[key].add((check.id, resource))

    def after(self, snapshot: Snapshot) -> Judge:
        """How to judge the account once it is changed, which asks only the checks concerned.

        Args:
            snapshot: the account on paper; what was not changed is shared with the original.
        """
        touched = changes_on(Paper(snapshot), self._account).touched
        concerned = {row for key in touched for row in self._readers.get(key, ())}

        def judge_again(check: Check, view: View) -> Judgement | None:
            row = check.id, WORKLOAD if check.of_workload else view.id
            if row in concerned or row not in self._rows:
                return judge(check, view)
            return self._rows[row]

        return judge_again
