"""What the cheapest way to a letter costs to find, at several sizes of a workload.

    python -m benchmarks.plans [--sizes 500]

The samples' snapshots are copied under other names, as in `grading.py`.
"""

import argparse
import sys
import time

from agents.on_paper import cheapest_way
from agents.specialist import assess
from benchmarks.grading import grown, snapshots
from state.categories import categories
from state.judgements import Verdict
from state.objectives import Objectives
from state.premises import NOTHING_GIVEN
from state.snapshot import Snapshot


def measure(snapshot: Snapshot, target: str) -> list[object]:
    """Failing rows, fixes to choose from, steps, whether exactly, and CPU seconds."""
    rows = {category.code: assess(category, snapshot) for category in categories()}
    failing = sum(row.verdict is Verdict.FAIL for each in rows.values() for row in each.judgements)
    objectives = Objectives(rto_seconds=7200, rpo_seconds=1800)
    started = time.process_time()
    plan = cheapest_way(snapshot, rows, NOTHING_GIVEN, objectives, target)
    seconds = round(time.process_time() - started, 1)
    members = sum(resource.member for resource in snapshot.resources.values())
    return [target, members, failing, plan.considered, len(plan.steps), plan.exact, seconds]


def main() -> None:
    """Measure every size, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[500])
    options = parser.parse_args()
    lines = ["| target | members | failing | fixes | steps | exact | CPU s |"]
    lines.append("|---|---|---|---|---|---|---|")
    originals = snapshots()
    for size in options.sizes:
        snapshot = grown(originals, size)
        for target in ("C", "B", "A"):
            lines.append(f"| {' | '.join(map(str, measure(snapshot, target)))} |")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
