"""How each check's recommendation is carried out: in the console, by CLI, as code.

One TOML file per service, found by itself. A table named after a resource type says what templates
may use of such a resource; a table named after a check says how it is done:

    ["AWS::RDS::DBInstance"]
    terraform = "aws_db_instance"                       # what Terraform calls it
    facts.identifier = "rds:DescribeDBInstances DBInstanceIdentifier"     # call and JMESPath
    facts.key = { to = "AWS::KMS::Key" }                # the id of what it points at (`from`: back)
    facts.topic = { to = "AWS::SNS::Topic", read = "sns:GetTopicAttributes TopicArn" }
    facts.rules = { after = true, read = "s3:GetBucketLifecycleConfiguration Rules" } # mended

    ["rds.instance_single_az"]
    title = "Turn on Multi-AZ"                          # if not how the recommendation begins
    console = "RDS > Databases > {identifier} > Modify > Availability & durability: Multi-AZ"
    cli = [{ call = "rds modify-db-instance", db-instance-identifier = "{identifier}",
             multi-az = true, apply-immediately = true }]
    cloudformation.Self.Properties.MultiAZ = true       # by logical id; Self: the resource
    terraform.self.multi_az = true                      # or terraform.aws_sns_topic.on_call.name
    none.terraform = "why it makes no sense"            # instead of one of the four

Everything is data. `{name}` in a text is filled with a fact; a text that is nothing but `{name}`
becomes the fact itself, a number or a list, too. Always there: `{id}` (ARN where AWS has one),
`{short}` (its last part), `{name}`, `{region}`, `{account}`, `{partition}`, `{logical_id}` (of
CloudFormation), `{label}` (of Terraform), `{stamp}` (the day, 20261123), `{sns_topic_arn}` (that
alarms notify). What is not known becomes a placeholder, `<SNS_TOPIC_ARN>`; what never can be known
is written as one, `<SUBNET_IN_ANOTHER_ZONE>`. A key that ends with `?` goes where its fact is not
known. `new = "AWS::CloudWatch::Alarm"` gives `{new.AlarmName}`: fields of the first resource of
that type that the check's remedy adds on paper; `{after.MaxAllocatedStorage}` is a field of the
resource's own description once the remedy is made.

In Terraform a table is a block; `"tags="` makes a map of it, `"policy=json"` a map in `jsonencode`,
`"dimensions=pairs"` a map of a list of `Name` and `Value`; `"${aws_sns_topic.on_call.arn}"` is a
bare expression. In CloudFormation `Self` gets the resource's type, another one names its `Type`;
`"DashboardBody=json"` is a text with JSON in it. In the CLI options are spelled without dashes,
true is a flag, a list is given one by one and a table as JSON; `--region` is added.

A check of several types whose ways differ has a table for each: `["backup.only_periodic".
"AWS::DynamoDB::Table"]`, or leaves out the types that its own keys are for.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from state.recommendations import Way


class Linked(BaseModel):
    """A fact of what a resource points at, of what points at it, or of it once it is mended."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    to: str = ""  # resource type
    from_: str = Field("", alias="from")
    read: str = ""  # "operation path"; empty: its id
    after: bool = False  # of the resource itself, with the check's remedy on paper


class Kind(BaseModel):
    """What templates may use of a resource type."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    terraform: str
    facts: dict[str, str | Linked] = {}


class Recipe(BaseModel):
    """How one check's recommendation is carried out on a resource, as templates."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = ""
    new: str = ""
    console: str = ""
    cli: list[dict[str, Any]] = []
    cloudformation: dict[str, dict[str, Any]] = {}
    terraform: dict[str, Any] = {}
    none: dict[Way, str] = {}

    @model_validator(mode="after")
    def _says_each_once(self) -> Self:
        for way in Way:
            if bool(getattr(self, way)) == (way in self.none):
                raise ValueError(f"{way}: give either it, or why there is `none`")
        return self


@cache
def _tables() -> Mapping[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for file in sorted(files(__name__).iterdir(), key=lambda each: each.name):
        if not file.name.endswith(".toml"):
            continue
        for name, table in tomllib.loads(file.read_text("utf-8")).items():
            if name in found:
                raise ValueError(f"{file.name}: {name} is there twice")
            found[name] = table
    return found


@cache
def kinds() -> Mapping[str, Kind]:
    """Resource type -> what templates may use of it."""
    return {name: Kind.model_validate(table) for name, table in _tables().items() if "::" in name}


@cache
def recipes() -> Mapping[str, Mapping[str, Recipe]]:
    """Check id -> resource type, or "" for all types -> how it is done."""
    return {name: _by_type(name, table) for name, table in _tables().items() if "::" not in name}


def recipe_for(check: str, resource_type: str) -> Recipe | None:
    """How a check's recommendation is carried out on a type of resource; None: nobody has said."""
    of_check = recipes().get(check, {})
    return of_check.get(resource_type) or of_check.get("")


def _by_type(check: str, table: Mapping[str, Any]) -> Mapping[str, Recipe]:
    own = {key: value for key, value in table.items() if "::" not in key}
    by_type = {key: value for key, value in table.items() if "::" in key}
    found = {kind: Recipe.model_validate(value) for kind, value in by_type.items()}
    if own:
        found[""] = Recipe.model_validate(own)
    return found
