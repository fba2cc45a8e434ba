"""Which resource people mean by what they call it."""

from collections.abc import Callable, Mapping, Sequence

_MEANS: Sequence[Callable[[str, str, str], bool]] = (
    lambda resource, _, what: resource == what,
    lambda _, name, what: name == what,
    lambda resource, _, what: bool(what) and resource.endswith((f":{what}", f"/{what}")),
)


def called(names: Mapping[str, str], what: str) -> list[str]:
    """The resource of that id; else those of that name; else those whose ARN ends in it.

    Args:
        names: id -> name.
        what: what somebody calls it.

    Returns:
        Ids, in order.
    """
    for means in _MEANS:
        found = [resource for resource, name in names.items() if means(resource, name, what)]
        if found:
            return sorted(found)
    return []
