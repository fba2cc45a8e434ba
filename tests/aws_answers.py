"""What a JMESPath finds in an answer of AWS, by the shape that botocore's model gives it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jmespath
from botocore.model import Shape

_Node = Mapping[str, Any]
_SAME = ("sort_by", "reverse")  # functions that give a list as it is, in another order


class NotThere(Exception):
    """An expression asks for what is in no answer."""


@dataclass(frozen=True)
class Many:
    """A list that an expression makes."""

    member: Any


def found_by(expression: str, answer: Shape | None) -> Any:
    """The shape that is found; None: any.

    Raises:
        NotThere: there is nothing there, in no answer.
    """
    return _found(jmespath.compile(expression).parsed, answer)


def _found(node: _Node, of: Any) -> Any:
    return _KINDS[node["type"]](node, of) if of is not None else None


def _field(node: _Node, of: Any) -> Any:
    name = node["value"]
    if isinstance(of, Shape) and of.type_name == "map":
        return of.value
    if isinstance(of, Shape) and of.type_name == "structure" and name in of.members:
        return of.members[name]
    raise NotThere(f"{getattr(of, 'name', of)} has no {name}")


def _one_after_the_other(node: _Node, of: Any) -> Any:
    for each in node["children"]:
        of = _found(each, of)
    return of


def _flatten(node: _Node, of: Any) -> Any:
    found = _found(node["children"][0], of)
    inner = _each_of(found)
    return Many(_each_of(inner)) if _is_list(inner) else found


def _projection(node: _Node, of: Any) -> Any:
    left, right, *condition = node["children"]
    inner = _each_of(_found(left, of))
    for each in condition:
        _found(each, inner)
    return Many(_found(right, inner))


def _function(node: _Node, of: Any) -> Any:
    first, *others = node["children"]
    found = _found(first, of)
    for each in others:
        if each["type"] == "expref":
            _found(each["children"][0], _each_of(found))
        else:
            _found(each, of)
    return found if node["value"] in _SAME else None


def _all(node: _Node, of: Any) -> None:
    for each in node["children"]:
        _found(each, of)


_KINDS: Mapping[str, Callable[[_Node, Any], Any]] = {
    "field": _field,
    "subexpression": _one_after_the_other,
    "index_expression": _one_after_the_other,
    "pipe": _one_after_the_other,
    "index": lambda _, of: _each_of(of),
    "slice": lambda _, of: of,
    "identity": lambda _, of: of,
    "current": lambda _, of: of,
    "literal": lambda _, __: None,
    "flatten": _flatten,
    "projection": _projection,
    "filter_projection": _projection,
    "function_expression": _function,
    **dict.fromkeys(
        (
            "multi_select_list",
            "multi_select_dict",
            "key_val_pair",
            "comparator",
            "and_expression",
            "or_expression",
            "not_expression",
        ),
        _all,
    ),
}


def _is_list(of: Any) -> bool:
    return isinstance(of, Many) or (isinstance(of, Shape) and of.type_name == "list")


def _each_of(of: Any) -> Any:
    if of is None:
        return None
    if not _is_list(of):
        raise NotThere(f"{of.name} is no list")
    return of.member
