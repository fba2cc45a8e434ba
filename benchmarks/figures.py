"""The figures in the README: what a run costs, measured side by side, each as a user would run it.

    python benchmarks/figures.py [--readme]

The account answers from memory after 50 ms, roughly as AWS does, so that seconds are ours and the
network's, not the embedded account's. With `--readme` the tables are written into the README.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import boto3
from discovery import REGION, environment, fill, running

from tools.embedded.samples import sample

README = Path(__file__).parents[1] / "README.md"
MARKS = re.compile(r"(<!-- figures -->\n).*?(<!-- /figures -->)", re.DOTALL)
LATENCY_MS = 50
RESOURCES = 500
TRIES = 5  # the fastest counts: the others waited for something else


def main() -> None:
    """Measure, print, and write the README if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--readme", action="store_true", help="write the tables into the README")
    into_readme = parser.parse_args().readme
    rows = [_sample("food-agent"), _sample("shop"), _generated()]
    text = _runs(rows) + "\n" + _start_up()
    sys.stdout.write(text)
    if into_readme:
        before = README.read_text(encoding="utf-8")
        README.write_text(MARKS.sub(rf"\1\n{text}\n\2", before), encoding="utf-8")


def _sample(name: str) -> dict[str, Any]:
    with running(LATENCY_MS) as (account, wire):
        session = boto3.Session("benchmark", "benchmark", region_name=REGION)
        sample(name).build(lambda service: session.client(service, endpoint_url=account))
        return {"name": f"`{name}`", **_measure(wire, f"workload={name}")}


def _generated() -> dict[str, Any]:
    with running(LATENCY_MS) as (account, wire):
        tag = fill(account, RESOURCES)
        return {"name": f"generated, {RESOURCES}", **_measure(wire, tag)}


def _measure(wire: str, tag: str) -> dict[str, Any]:
    """One run and one what-if, after one in which the wire heard every answer."""
    with tempfile.TemporaryDirectory() as folder:
        _assess(wire, tag, Path(folder) / "first.db")
        store = Path(folder) / "store.db"
        report = _assess(wire, tag, store)
        after_run = _kilobytes(store)
        thread = report["thread"]
        what_if = _seeams(
            wire, "what-if", "--thread", thread, "--rto", "2h", "--rpo", "30m", store=store
        )
        return {
            "resources": report["workload"]["resources"],
            "calls": report["usage"]["aws_calls"],
            "seconds": report["usage"]["seconds"],
            "what_if": what_if["usage"]["seconds"],
            "kilobytes": after_run,
            "kilobytes_what_if": _kilobytes(store) - after_run,
        }


def _assess(wire: str, tag: str, store: Path) -> dict[str, Any]:
    objectives = ("--rto", "24h", "--rpo", "12h")
    return _seeams(wire, "assess", "--tag", tag, "--region", REGION, *objectives, store=store)


def _seeams(wire: str, *words: str, store: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "seeams", *words, "--json", "--store", f"sqlite:///{store}"]
    done = subprocess.run(
        command, env=environment(wire), capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, 4):
        raise SystemExit(done.stderr)
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def _kilobytes(store: Path) -> float:
    return sum(f.stat().st_size for f in store.parent.glob(f"{store.name}*")) / 1000


def _runs(rows: list[dict[str, Any]]) -> str:
    lines = [
        "| workload | resources | AWS calls | seconds | what-if, share of the run | store, kB "
        "| + per what-if |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row['name']} | {row['resources']} | {row['calls']} | {row['seconds']:.1f} "
        f"| {row['what_if'] / row['seconds']:.1%} | {row['kilobytes']:.0f} "
        f"| {row['kilobytes_what_if']:.0f} |"
        for row in rows
    ]
    return "\n".join(lines) + "\n"


def _start_up() -> str:
    """`--help` against Python itself, and against the libraries it cannot do without."""
    bare = _fastest("-c", "pass")
    libraries = _fastest("-c", "import typer, rich.console")
    ours = _fastest("-m", "seeams", "--help")
    return (
        f"`seeams --help` takes {ours / bare:.0f} times as long as an empty Python "
        f"({ours:.2f} s against {bare:.2f} s here), {libraries / bare:.0f} of which are "
        "typer and rich.\n"
    )


def _fastest(*words: str) -> float:
    environment_ = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    took = []
    for _ in range(TRIES):
        started = time.perf_counter()
        subprocess.run(
            [sys.executable, *words], env=environment_, stdout=subprocess.DEVNULL, check=True
        )
        took.append(time.perf_counter() - started)
    return min(took)


if __name__ == "__main__":
    main()
