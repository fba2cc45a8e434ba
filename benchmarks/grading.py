"""What judging, grading and reporting cost at several sizes of a workload; AWS is not asked.

    python benchmarks/grading.py [--sizes 500 5000]

The samples' snapshots are copied under other names until the workload has so many resources. Each
size is assessed in a process of its own, with the store on disk as a user's is. Grading alone (five
categories, the composition, the findings) and a sweep are measured there on the rows as they are,
the best of three, for what else this machine does is no part of it.
"""

import argparse
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from graph.runs import assess, reckoning_of
from seeams.accounts import account_of, reader
from state.categories import categories
from state.channels import Request
from state.judgements import Verdict
from state.objectives import Objectives
from state.snapshot import Selector, Snapshot
from state.store import Store
from tools.embedded.server import EmbeddedAccount
from tools.grading.findings import findings
from tools.grading.grading import compose, grade
from tools.grading.reckoning import Reckoning
from tools.grading.sweeping import sweep

SAMPLES = ("food-agent", "shop", "shop-ha")
TARGET_SECONDS = {500: 2.0, 5000: 15.0}
TARGET_MILLISECONDS = 1000  # of grading alone, and of a sweep
_NAMES = re.compile(
    r"(?P<kind>\b(?:food-agent|shop-ha|shop)\b|\b(?:i|vol|subnet|sg|vpc|rtb|igw|nat|eni|lt|fs|fsmt"
    r"|vpce|snap|ami)-)(?P<rest>[0-9a-f]{8,17}\b)?"
    r"|(?P<uuid>\b[0-9a-f]{8})(?=-[0-9a-f]{4}-)"
)


def snapshots() -> list[Snapshot]:
    """The samples as discovery reads them."""
    with EmbeddedAccount() as embedded:
        embedded.build(*SAMPLES)
        account = account_of(embedded.session(), lambda *_: None, embedded.endpoint_url)
        read = reader(account)
        return [read(_request(name, embedded.region), lambda *_: None) for name in SAMPLES]


def _request(name: str, region: str = "us-east-1") -> Request:
    return Request(
        thread=name,
        selector=Selector(tags={"workload": name}),
        account="123456789012",
        regions=(region,),
    )


def grown(originals: list[Snapshot], size: int) -> Snapshot:
    """One snapshot with at least so many members, made of renamed copies of the originals."""
    whole = originals[0].model_dump(mode="json")
    whole["selector"] = {"tags": {"workload": "grown"}}
    for field in ("resources", "relations", "gaps"):
        whole[field] = type(whole[field])()
    texts = [original.model_dump_json() for original in originals]
    copy = members = 0
    while members < size:
        text = _NAMES.sub(partial(_renamed, copy=copy), texts[copy % len(texts)])
        part = json.loads(text)
        whole["resources"] |= part["resources"]
        whole["relations"] += part["relations"]
        whole["gaps"] += part["gaps"]
        members = sum(each["member"] for each in whole["resources"].values())
        copy += 1
    return Snapshot.model_validate(whole)


def _renamed(name: re.Match[str], copy: int) -> str:
    """The name in the copy of that number; ids keep their length."""
    if name["uuid"]:
        return f"{copy:08x}"
    if name["rest"]:
        return f"{name['kind']}{copy:04x}{name['rest'][4:]}"
    return name[0] if name["kind"].endswith("-") else f"{name['kind']}-{copy}"


def measure(path: Path) -> dict[str, Any]:
    """Assess the snapshot in the file, in this process; what that cost."""
    snapshot = Snapshot.model_validate_json(path.read_bytes())
    objectives = Objectives(rto_seconds=7200, rpo_seconds=1800)
    store = Store(f"sqlite:///{path.parent / 'seeams.db'}")
    started = time.perf_counter()
    report = assess(store, _request("grown"), objectives, lambda *_: snapshot)
    seconds = time.perf_counter() - started
    used = resource.getrusage(resource.RUSAGE_SELF)
    reckoning = reckoning_of(store, report)
    failing = [j for j in reckoning.ledger.judgements if j.verdict is Verdict.FAIL]
    over_grid = sweep(reckoning, objectives)
    return {
        "members": report.workload.resources,
        "relations": len(snapshot.relations),
        "findings": len(report.findings),
        "seconds": round(seconds, 2),
        "cpu_seconds": round(used.ru_utime + used.ru_stime, 2),
        "report_kb": round(len(report.model_dump_json()) / 1024),
        "rows": sum(1 for _ in reckoning.ledger.judgements),
        "failing": len(failing),
        "grading_ms": _milliseconds(lambda: _grade(reckoning, objectives)),
        "pairs": len(over_grid.rto_seconds) * len(over_grid.rpo_seconds),
        "sweep_ms": _milliseconds(lambda: sweep(_afresh(reckoning), objectives)),
    }


def _grade(reckoning: Reckoning, objectives: Objectives) -> None:
    """All that grading is, from the specialists' rows on; nothing is kept from before."""
    afresh = _afresh(reckoning)
    grades = {c.code: grade(c, afresh, objectives) for c in categories()}
    compose(grades, afresh, objectives)
    findings(afresh, objectives)


def _afresh(reckoning: Reckoning) -> Reckoning:
    return Reckoning(reckoning.ledger, reckoning.table)


def _milliseconds(work: Callable[[], object], times: int = 3) -> float:
    """The best of a few."""
    took = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        took.append(time.perf_counter() - started)
    return round(min(took) * 1000, 1)


def main() -> None:
    """Measure every size, and print a table beside the targets."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[500, 5000])
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        sys.stdout.write(json.dumps(measure(options.measure)))
        return
    originals = snapshots()
    rows = []
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "snapshot.json"
            path.write_text(grown(originals, size).model_dump_json(), encoding="utf-8")
            command = [sys.executable, __file__, "--measure", str(path)]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
            rows.append(json.loads(done.stdout))
    sys.stdout.write(table(options.sizes, rows))


def table(sizes: list[int], rows: list[dict[str, Any]]) -> str:
    """The figures as Markdown tables."""
    lines = [
        "| asked | members | relations | findings | s (target) | CPU s | report kB |",
        "|---|---|---|---|---|---|---|",
    ]
    for size, got in zip(sizes, rows, strict=True):
        seconds = f"{got['seconds']} ({TARGET_SECONDS.get(size, '-')})"
        cells = [size, got["members"], got["relations"], got["findings"], seconds]
        cells += [got["cpu_seconds"], got["report_kb"]]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    lines += [
        "",
        "| members | rows | failing | grading ms (target) | us a row | pairs | sweep ms (target) |",
        "|---|---|---|---|---|---|---|",
    ]
    for got in rows:
        cells = [got["members"], got["rows"], got["failing"]]
        cells += [f"{got['grading_ms']} ({TARGET_MILLISECONDS})"]
        cells += [round(got["grading_ms"] * 1000 / got["rows"], 1), got["pairs"]]
        cells += [f"{got['sweep_ms']} ({TARGET_MILLISECONDS})"]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    if len(rows) > 1:
        first, last = rows[0], rows[-1]
        more = last["rows"] / first["rows"]
        longer = last["grading_ms"] / first["grading_ms"]
        lines.append(f"\nGrading: {more:.1f} times the rows take {longer:.1f} times as long.")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
