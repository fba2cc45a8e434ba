"""Templates filled with facts: data in, data out; each language then quotes by its own rules."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

_PLACE = re.compile(r"(?<!\$)\{([a-z][a-z_0-9]*(?:\.[A-Za-z]+)*)\}")
_PLACEHOLDER = re.compile(r"<[A-Z][A-Z0-9_]*>")
_INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
_MEANS_SOMETHING = ("${", "%{", "{{", "file://", "fileb://")  # to one of the languages, or to a CLI


class Filler:
    """Fills templates with the facts of one resource, and remembers what was left to the reader."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        """`facts`: by the name that templates use; None: it is not known here."""
        self._facts = facts
        self._placeholders: dict[str, None] = {}

    @property
    def placeholders(self) -> tuple[str, ...]:
        """What the reader has to put in, in the order it occurs."""
        return tuple(self._placeholders)

    def fill(self, template: Any) -> Any:
        """The template with facts in its places.

        A text that is nothing but one place becomes the fact itself, whatever its type; a list of
        them joins the list it stands in. A key that ends with `?` goes where its fact is not known.

        Raises:
            KeyError: a place names no fact.
        """
        if isinstance(template, str):
            return self._text(template)
        if isinstance(template, Mapping):
            return {
                str(self.fill(key.removesuffix("?"))): self.fill(value)
                for key, value in template.items()
                if not key.endswith("?") or self._is_known(value)
            }
        if isinstance(template, list):
            filled: list[Any] = []
            for each in template:
                value = self.fill(each)
                filled += value if isinstance(each, str) and isinstance(value, list) else [value]
            return filled
        return template

    # -- parts ------------------------------------------------------------------------------------

    def _text(self, template: str) -> Any:
        for placeholder in _PLACEHOLDER.findall(template):
            self._placeholders[placeholder] = None
        whole = _PLACE.fullmatch(template)
        if whole:
            return self._fact(whole[1])
        return _PLACE.sub(lambda place: str(self._fact(place[1])), template)

    def _is_known(self, template: Any) -> bool:
        if not isinstance(template, str):
            return True
        return all(self._found(name) is not None for name in _PLACE.findall(template))

    def _fact(self, name: str) -> Any:
        value = self._found(name)
        if value is not None:
            return value
        placeholder = f"<{re.sub(r'[^A-Z0-9]+', '_', name.rpartition('.')[2].upper())}>"
        self._placeholders[placeholder] = None
        return placeholder

    def _found(self, name: str) -> Any:
        whole, *parts = name.split(".")
        value = self._facts[whole]
        for part in parts:
            value = value.get(part) if isinstance(value, Mapping) else None
        return value if is_plain(value) else None


def is_plain(value: Any) -> bool:
    """Whether a fact is text and nothing else in every language it may be written in.

    Identifiers of AWS always are. A name that hides characters, or that CloudFormation, Terraform
    or the CLI would look up or work out, is left to the reader.
    """
    if isinstance(value, str):
        return not any(mark in value for mark in _MEANS_SOMETHING) and not any(
            unicodedata.category(character) in _INVISIBLE for character in value
        )
    if isinstance(value, Mapping):
        return all(is_plain(key) and is_plain(each) for key, each in value.items())
    return not isinstance(value, list) or all(is_plain(each) for each in value)
