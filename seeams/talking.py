"""A thread that is talked to: who understands, where documentation is looked up, how it is told."""

from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Self

from seeams.failures import UNGRADED

if TYPE_CHECKING:
    from rich.console import Console

    from agents.harness import Mind
    from seeams.outside import Help
    from state.conversation import Turn
    from state.snapshot import Snapshot
    from state.store import Store
    from tools.docs.pages import Page
    from tools.docs.servers import Docs
    from tools.docs.shelf import Shelf

_PAGES = 5


class Talk:
    """One thread, asked again and again. Use it as a context manager."""

    def __init__(self, store: "Store", thread: str, helping: "Help", docs: "Docs") -> None:
        """`docs`: of the verb of that name, with a model or without."""
        self._store, self.thread, self._helping, self._docs = store, thread, helping, docs
        self._open = ExitStack()
        self._shelf: Shelf | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def ask(self, question: str) -> "Turn":
        """The answer to a question; a model's budget is for each question anew.

        Raises:
            UnknownThread, Fixable, ThreadConflict: as `graph.conversation.ask` raises them.
        """
        from graph.conversation import ask
        from tools.docs.servers import Docs

        look_up = None if self._docs is Docs.OFF else self._look_up
        return ask(self._store, self.thread, question, mind=self._mind(), look_up=look_up)

    def so_far(self) -> "list[Turn]":
        """What was asked before."""
        from graph.conversation import turns_of

        return turns_of(self._store, self.thread)

    def _mind(self) -> "Mind | None":
        if self._helping.model is None:
            return None
        from agents.bounds import Budget
        from agents.harness import Mind
        from seeams.stored import report_at
        from tools.grading.assumptions import assumptions

        objectives = report_at(self._store, self.thread).objectives
        budget = Budget(self._helping.limits)
        return Mind(self._helping.model, objectives, assumptions(), budget)

    def _look_up(self, phrase: str, snapshot: "Snapshot") -> "Sequence[Page]":
        """Pages on a phrase; the server is started by the first question that needs it."""
        from tools.docs.servers import shelf

        if self._shelf is None:
            opened = shelf(self._docs)
            if opened is None:
                return ()
            self._shelf = self._open.enter_context(opened)
        self._shelf.keep_private(snapshot)
        return self._shelf.search(phrase, _PAGES)


def answer_of(turn: "Turn") -> str:
    """An answer as Markdown: what the verbs say, then a model's words."""
    parts = [did.answer for did in turn.did]
    if turn.words:
        parts.append(f"In words ({turn.by}): {' '.join(turn.words)}")
    return "\n\n".join(parts)


def document_of(turn: "Turn") -> dict[str, Any]:
    """The JSON of a turn: its last verb, and those that were carried out before it."""
    *others, last = turn.did
    return {
        "verb": last.verb,
        "arguments": last.arguments,
        "answer": answer_of(turn),
        "result": last.result,
        "by": turn.by,
        "trouble": turn.trouble,
        "also": [{"verb": d.verb, "arguments": d.arguments, "result": d.result} for d in others],
        "usage": turn.spending.model_dump(mode="json"),
    }


def print_turn(console: "Console", turn: "Turn") -> None:
    """An answer in a terminal; anywhere else, the Markdown itself."""
    from rich.markdown import Markdown

    from seeams.console import complain, plain

    if turn.trouble:
        complain(f"The model did not answer ({plain(turn.trouble)}): the rules did.")
    markdown = plain(answer_of(turn), keep="\n")
    if console.is_terminal:
        console.print(Markdown(markdown, hyperlinks=False, code_theme="ansi_light"))
    else:
        console.out(markdown, highlight=False)


def exit_code(turn: "Turn") -> int:
    """0; 2 if the question names what there is not; 4 if a category could not be graded."""
    from state.errors import WrongUse

    last = turn.did[-1]
    if "error" in last.result:
        return WrongUse.exit_code
    graded = last.verb == "what_if" and None in last.result["after"].values()
    return UNGRADED if graded else 0
