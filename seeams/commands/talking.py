"""`seeams ask` and `seeams chat`."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from seeams import options
from seeams.console import complain, out, plain, print_json

if TYPE_CHECKING:
    from seeams.talking import Talk

_PROMPT = "seeams> "
_REMEMBERED = 1000  # lines of what was typed

_Docs = Annotated[
    Literal["auto", "awslabs", "knowledge", "embedded", "off"],
    typer.Option(
        help="Where documentation is looked up when it is asked for; auto: AWS's server where it "
        "is installed, else the embedded one.",
    ),
]
_Model = Annotated[
    str | None,
    typer.Option(
        metavar="NAME[,FALLBACK...]",
        envvar="SEEAMS_MODEL",
        help="A model that understands questions: bedrock:MODEL-ID, or provider:model. Default: "
        "none, rules do. What it says changes no letter.",
    ),
]


def ask(
    thread: options.StoredThread,
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="In your own words.")],
    model: _Model = None,
    docs: _Docs = "auto",
    budget: options.Budget = None,
    as_json: options.Json = False,
    store: options.StoreUrl = None,
) -> None:
    """Ask a stored assessment in words: what if, why, draw it, top 3, what happens without.

    It goes on from what was asked before. No AWS call. In a terminal the answer is laid out, else
    it is Markdown.
    """
    from seeams.talking import document_of, exit_code, print_turn

    with _talking(thread, model, docs, budget, store) as talk:
        turn = talk.ask(question)
    if as_json:
        print_json(document_of(turn))
    else:
        print_turn(out(), turn)
    raise typer.Exit(exit_code(turn))


def chat(
    thread: Annotated[
        str | None,
        typer.Option(
            "--thread",
            metavar="ID",
            help="A stored thread. Default: the one that was used last.",
            autocompletion=options.threads,
        ),
    ] = None,
    model: _Model = None,
    docs: _Docs = "auto",
    budget: options.Budget = None,
    as_json: options.Json = False,
    store: options.StoreUrl = None,
) -> None:
    """Talk to a stored assessment, question by question; Ctrl-D ends.

    What was asked before is remembered, also tomorrow. Questions may be piped in, one a line;
    --json then prints one document a line.
    """
    from seeams.talking import document_of, print_turn
    from state.errors import SeeamsError

    with _talking(thread, model, docs, budget, store) as talk:
        _greet(talk)
        for question in _questions():
            try:
                turn = talk.ask(question)
            except SeeamsError as error:
                if not sys.stdin.isatty():
                    raise
                complain(f"Error: {plain(error)}")
                continue
            if as_json:
                sys.stdout.write(json.dumps(document_of(turn)) + "\n")
                sys.stdout.flush()
            else:
                if not sys.stdin.isatty():
                    out().out(f"> {plain(question)}\n", highlight=False)
                print_turn(out(), turn)
                out().print()


@contextmanager
def _talking(
    thread: str | None, model: str | None, docs: str, budget: str | None, store: str | None
) -> "Iterator[Talk]":
    from seeams.outside import help_of
    from seeams.stored import threads_in
    from seeams.talking import Talk
    from state.errors import UnknownThread
    from state.store import Store
    from tools.docs.servers import Docs

    helping = help_of(model, docs, budget)
    with Store(store) as opened:
        if thread is None:
            known = [row.thread for row in threads_in(opened) if row.checkpoint]
            if not known:
                raise UnknownThread("nothing is stored yet: start with `seeams demo`")
            thread = known[-1]
        with Talk(opened, thread, helping, Docs(docs)) as talk:
            yield talk


def _greet(talk: "Talk") -> None:
    before = talk.so_far()
    said = (
        f"; {len(before)} questions so far, the last: {plain(before[-1].question)}"
        if before
        else ""
    )
    complain(f"Thread {plain(talk.thread)}{said}. Ctrl-D ends.")


def _questions() -> Iterator[str]:
    """What is typed, with a history to go back through, or what is piped in."""
    if not sys.stdin.isatty():
        yield from (line.strip() for line in sys.stdin if line.strip())
        return
    with _history():
        while True:
            try:
                line = input(_PROMPT).strip()
            except EOFError:
                sys.stderr.write("\n")
                return
            if line:
                yield line


@contextmanager
def _history() -> Iterator[None]:
    """Arrow keys bring back what was typed, also in an earlier chat."""
    try:
        import readline
    except ImportError:  # Windows has none: lines are typed anew
        yield
        return
    from state.store import home

    kept = Path(home()) / "questions"
    try:
        readline.read_history_file(kept)
    except OSError:
        readline.clear_history()
    readline.set_history_length(_REMEMBERED)
    try:
        yield
    finally:
        try:
            kept.parent.mkdir(parents=True, exist_ok=True)
            readline.write_history_file(kept)
        except OSError as error:
            complain(f"What was typed is not remembered: {error}")
