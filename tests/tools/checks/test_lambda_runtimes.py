"""The table of runtimes against the copy that cfn-lint keeps."""

import json
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import pytest

from tools.checks.lambda_runtimes import DEPRECATED, newest


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


@pytest.mark.parametrize(
    ("runtime", "successor"),
    [
        ("python3.9", "python3.14"),
        ("nodejs4.3-edge", "nodejs24.x"),
        ("java8.al2", "java25"),
        ("dotnetcore3.1", "dotnet10"),
        ("ruby2.7", "ruby4.0"),
        ("go1.x", "provided.al2023"),
    ],
)
def test_a_runtime_is_followed_by_the_newest_of_its_language(runtime: str, successor: str) -> None:
    assert newest(runtime) == successor


@pytest.mark.parametrize("runtime", DEPRECATED)
def test_nothing_is_moved_to_what_ends_sooner(runtime: str) -> None:
    assert DEPRECATED[newest(runtime)] >= DEPRECATED[runtime]
