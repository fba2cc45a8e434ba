"""Verbs and their arguments as the rules give them, and what was said before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Call:
    """A verb and its arguments."""

    verb: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Said:
    """What was said before: the verbs that were carried out, and a question that was asked back."""

    calls: Sequence[Call] = ()
    unclear: str = ""  # the last question, if it led to asking back

    @property
    def last(self) -> Call | None:
        """The last verb that answered."""
        return self.calls[-1] if self.calls else None

    def last_of(self, verb: str) -> Call | None:
        """The last that was carried out of a verb, whatever was asked since."""
        return next((each for each in reversed(self.calls) if each.verb == verb), None)

    def before(self, verb: str) -> Mapping[str, Any]:
        """The arguments of the last verb, if it was this one."""
        return self.last.arguments if self.last and self.last.verb == verb else {}


NOTHING_SAID = Said()


def clarify(reason: str, question: str = "", options: Sequence[str] = ()) -> Call:
    """Ask back."""
    arguments: dict[str, Any] = {"reason": reason}
    if question:
        arguments["question"] = question.strip()
    if options:
        arguments["options"] = list(options)
    return Call("clarify", arguments)
