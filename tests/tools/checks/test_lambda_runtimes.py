"""The table of runtimes against the copy that cfn-lint keeps."""

import json
from datetime import date
from importlib.util import find_spec
from pathlib import Path

from tools.checks.lambda_runtimes import DEPRECATED


def test_the_table_agrees_with_cfn_lints() -> None:
    found = find_spec("cfnlint")  # to import it takes seconds
    assert found
    assert found.origin
    table = Path(found.origin).parent / "data" / "AdditionalSpecs" / "LmbdRuntimeLifecycle.json"
    dates = {
        k: date.fromisoformat(v["deprecated"]) for k, v in json.loads(table.read_text()).items()
    }
    container_only = {"dotnet7", "dotnet9"}
    assert {k: v for k, v in dates.items() if k not in container_only} == dict(DEPRECATED)
