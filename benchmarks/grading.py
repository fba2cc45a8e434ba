"""What judging, grading and reporting cost at several sizes of a workload; AWS is not asked.

    python benchmarks/grading.py [--sizes 500 5000]

The samples' snapshots are copied under other names until the workload has so many resources. Each
size is assessed in a process of its own, with the store on disk as a user's is.
"""

import argparse
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

from seeams.accounts import account_of, reader
from state.channels import Request
from state.objectives import Objectives
from state.snapshot import Selector, Snapshot
from state.store import Store
from tools.embedded.server import EmbeddedAccount

SAMPLES = ("food-agent", "shop", "shop-ha")
TARGET_SECONDS = {500: 2.0, 5000: 15.0}
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
    from graph.runs import assess

    snapshot = Snapshot.model_validate_json(path.read_bytes())
    objectives = Objectives(rto_seconds=7200, rpo_seconds=1800)
    store = Store(f"sqlite:///{path.parent / 'seeams.db'}")
    started = time.perf_counter()
    report = assess(store, _request("grown"), objectives, lambda *_: snapshot)
    seconds = time.perf_counter() - started
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "members": report.workload.resources,
        "relations": len(snapshot.relations),
        "findings": len(report.findings),
        "seconds": round(seconds, 2),
        "cpu_seconds": round(used.ru_utime + used.ru_stime, 2),
        "report_kb": round(len(report.model_dump_json()) / 1024),
    }


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
    """The figures as a Markdown table."""
    lines = [
        "| asked | members | relations | findings | s (target) | CPU s | report kB |",
        "|---|---|---|---|---|---|---|",
    ]
    for size, got in zip(sizes, rows, strict=True):
        seconds = f"{got['seconds']} ({TARGET_SECONDS.get(size, '-')})"
        cells = [size, got["members"], got["relations"], got["findings"], seconds]
        cells += [got["cpu_seconds"], got["report_kb"]]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
