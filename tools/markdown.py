"""Any text as Markdown that shows it: it cannot open a link, a table, a tag or a heading."""

import re

from state.text import plain

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!&$])")
_ADDRESS = re.compile(r"(?<=https)(:)(?=//)|(?<=http)(:)(?=//)|(?<=\bwww)(\.)")


def text(value: object) -> str:
    """Any text, character by character."""
    shown = _SPECIAL.sub(r"\\\1", plain(value))
    return _ADDRESS.sub(lambda found: f"\\{found[0]}", shown)


def code(value: object) -> str:
    """Any text as a code span, also in a table."""
    inner = plain(value).replace("|", "\\|")
    longest = max((len(run) for run in re.findall("`+", inner)), default=0)
    fence = "`" * (longest + 1)
    space = " " if longest or not inner.strip() else ""
    return f"{fence}{space}{inner}{space}{fence}"


def link(url: object) -> str:
    """An address that ends where the link ends."""
    return re.sub(r"[\s<>()\[\]|]", lambda m: f"%{ord(m[0]):02X}", plain(url))


def own(value: object) -> str:
    """A text of the catalogue, which is Markdown already, also in a table."""
    return plain(value).replace("|", "\\|").replace("<", "&lt;")
