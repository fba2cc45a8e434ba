"""A page of a terminal: headings, indented paragraphs, badges, lines that must not be broken."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.padding import Padding
from rich.text import Text

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

Part = str | tuple[str, str] | Text  # a text, or (text, style)

WIDE = 72  # columns from which tables have room for everything
_NARROWEST = 20  # columns for text, whatever the terminal says

# Black or white on a colour of its own: the same in a dark and in a light terminal.
_LETTER_STYLES = {
    "A": "bold black on green",
    "B": "bold black on green",
    "C": "bold black on yellow",
    "D": "bold white on red",
    "F": "bold white on red",
}
SEVERITY_STYLES = {
    "critical": "bold white on red",
    "high": "bold red",
    "medium": "bold magenta",
    "low": "bold cyan",
}


class Page:
    """Writes on a console."""

    def __init__(self, console: "Console") -> None:
        self.console = console

    def line(self, *parts: Part, indent: int = 0, hanging: int = 0) -> None:
        """A paragraph, wrapped; from its second line on it stands `hanging` columns further in."""
        text = Text.assemble(*parts)
        width = max(_NARROWEST, self.console.width - indent - hanging)
        first, rest = text[:hanging], text[hanging:] if hanging else text
        for number, part in enumerate(rest.wrap(self.console, width)):
            part.rstrip()
            lead = first if hanging and number == 0 else Text(" " * hanging)
            self._print(Text.assemble(" " * indent, lead, part))

    def verbatim(self, *parts: Part, indent: int = 0) -> None:
        """A line that is not broken, so that it can be copied: a link, a command."""
        self._print(Text.assemble(" " * indent, *parts))

    def short(self, *parts: Part, indent: int = 0) -> None:
        """A line that is cut off where the page ends."""
        text = Text.assemble(" " * indent, *parts)
        text.truncate(self.console.width, overflow="ellipsis")
        text.rstrip()
        self._print(text)

    def listed(self, lead: Part, title: str, *cells: tuple[str, int], least: int = 24) -> None:
        """One line: a title, cut where its cells begin; a cell for which there is no room goes.

        Args:
            lead: what stands before the title.
            title: takes the room that is left; of `defect: consequence`, the defect if need be.
            cells: (text, width), the most important first.
            least: columns that the title keeps.
        """
        start = Text.assemble(lead)
        shown = list(cells)
        while shown and self._room(start, shown) < least:
            shown.pop()
        room = max(self._room(start, shown), _NARROWEST)
        middle = Text(title if cell_len(title) <= room else title.partition(": ")[0])
        middle.truncate(room, overflow="ellipsis", pad=bool(shown))
        ends = [Text(text) for text, _ in shown]
        for end, (_, width) in zip(ends, shown, strict=True):
            end.truncate(width, overflow="ellipsis", pad=True)
        line = Text.assemble(start, middle, *(part for end in ends for part in ("  ", end)))
        line.rstrip()
        self._print(line)

    def _room(self, start: Text, cells: Sequence[tuple[str, int]]) -> int:
        taken = sum(width + 2 for _, width in cells)
        return self.console.width - start.cell_len - taken

    def heading(self, title: str, note: str = "") -> None:
        """A heading, with a line of space above."""
        self.console.print()
        self.line((title, "bold underline"), f"  {note}" if note else "")

    def show(self, renderable: "RenderableType", indent: int = 0) -> None:
        """A table or the like."""
        self.console.print(Padding(renderable, (0, 0, 0, indent)))

    def space(self) -> None:
        """An empty line."""
        self.console.print()

    def _print(self, text: Text) -> None:
        self.console.print(text, soft_wrap=True)


def badge(letter: str | None) -> Text:
    """A letter on its colour, four columns wide."""
    if letter is None:
        return Text(" ?  ", "bold reverse")
    return Text(f" {letter:<3}", _LETTER_STYLES[letter[0]])


def columns(*cells: tuple[str, int]) -> str:
    """Texts padded to widths; one that is too long moves the rest."""
    return "".join(f"{text:<{width}}" for text, width in cells).rstrip()


def counted(number: int, noun: str) -> str:
    """`1 neighbour`, `2 neighbours`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def joined(parts: Iterable[str]) -> str:
    """Those that say something, with a dot between."""
    return " · ".join(part for part in parts if part)
