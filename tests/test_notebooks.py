"""Every notebook runs from top to bottom, offline, in an empty home folder."""

import re
import shlex
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from typer.core import TyperGroup
from typer.main import get_command

from seeams.app import app

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


@pytest.mark.filterwarnings("ignore")  # of the kernel's own machinery
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(path.parents[1])}}
    NotebookClient(notebook, timeout=180, kernel_name="python3", resources=resources).execute()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_outputs(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    assert not any(cell.get("outputs") for cell in cells)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_names_commands_that_there_are(path: Path) -> None:
    """Whether a thread is an argument or an option is a matter of the command."""
    prose = [c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "markdown"]
    known = get_command(app)
    assert isinstance(known, TyperGroup)
    for name, *words in map(shlex.split, re.findall(r"`seeams ([^`]+)`", "\n".join(prose))):
        command = known.commands[name]
        if words:
            command.make_context(name, words)


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS
