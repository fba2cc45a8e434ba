"""The colours of letters, wherever they are drawn."""

from tools.grading.letters import as_number

# From red over pale yellow to blue, an F first: told apart whatever colours one sees (ColorBrewer's
# RdYlBu); whatever is coloured says its letter too.
LETTERS = (
    *("#a50026", "#d73027", "#e8562f", "#f46d43", "#fdae61", "#fed283"),
    *("#fee9a6", "#e0f3f8", "#c3e4ef", "#abd9e9", "#5b94c6", "#313695"),
)
UNGRADED = "#d9d9d9"


def colour_of(letter: str | None) -> str:
    """The colour of a letter; None: none could be given."""
    return UNGRADED if letter is None else LETTERS[as_number(letter)]


def ink_on(colour: str) -> str:
    """Black or white, whichever is read more easily on a colour: at least 4.58 to 1."""
    light = _luminance(colour)
    return "#ffffff" if 1.05 / (light + 0.05) > (light + 0.05) / 0.05 else "#000000"


def _luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it, from 0 (black) to 1 (white)."""
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
