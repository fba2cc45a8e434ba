"""Which resource people mean by what they call it."""

from collections.abc import Mapping


def called(names: Mapping[str, str], what: str) -> list[str]:
    """The resource of that id; else those of that name; else those whose ARN ends in it.

    Args:
        names: id -> name.
        what: what somebody calls it.

    Returns:
        Ids, in order.
    """
    if not what or what in names:
        return [what] if what else []
    named = sorted(resource for resource, name in names.items() if name == what)
    ends = (f":{what}", f"/{what}")
    return named or sorted(resource for resource in names if resource.endswith(ends))
