"""Text that is only text, whoever wrote it."""

import unicodedata

_INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))  # control, format, surrogate ...


def plain(text: object, *, keep: str = "") -> str:
    """A text with every character shown that would move the cursor, turn the text or hide.

    Names and tags come from the account: whoever may tag a resource must not write on the terminal.

    Args:
        text: anything; its `str()` is meant.
        keep: characters to let through (a line feed).
    """
    return "".join(
        character
        if character in keep or unicodedata.category(character) not in _INVISIBLE
        else character.encode("unicode_escape", "backslashreplace").decode("ascii")
        for character in str(text)
    )
