"""What a person can put into an account: templates for what the workload lacks."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class CodeFormat(StrEnum):
    """The language of a template."""

    CLOUDFORMATION = "cloudformation"  # YAML
    TERRAFORM = "terraform"  # its JSON syntax: .tf.json


class CodeKind(StrEnum):
    """What a template sets up."""

    ALARMS = "alarms"  # and a dashboard
    EXPERIMENTS = "experiments"  # of AWS Fault Injection Service
    BACKUPS = "backups"


class Parameter(BaseModel):
    """What whoever deploys the template has to give."""

    model_config = ConfigDict(frozen=True)

    name: str
    what: str
    pattern: str  # of the values that it may have


class Declared(BaseModel):
    """One resource of a template."""

    model_config = ConfigDict(frozen=True)

    name: str  # its logical id
    type: str  # CloudFormation's
    what: str  # it is there for
    about: tuple[str, ...] = ()  # the workload's resources that it serves, by id


class LeftOut(BaseModel):
    """What is missing and cannot be had by a template, or not by this one."""

    model_config = ConfigDict(frozen=True)

    resource: str  # id
    why: str


class Template(BaseModel):
    """One template: it is deployed in one Region."""

    region: str
    text: str
    parameters: tuple[Parameter, ...]
    declares: tuple[Declared, ...]


class AsCode(BaseModel):
    """A result as code. No template: nothing of what was asked for is missing."""

    thread: str
    checkpoint: str
    format: CodeFormat
    kinds: tuple[CodeKind, ...]
    templates: tuple[Template, ...]
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()  # to be known before it is deployed
