"""What a specialist's agent reports: the form it fills in, as a model sees it."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from state.judgements import AnswerValue, Phase


class Quote(BaseModel):
    """One fact, quoted exactly. It is looked up, and what rests on a wrong quote is dropped."""

    model_config = ConfigDict(extra="ignore")

    resource: str = Field(description="id of the resource, as the tools give it")
    operation: str = Field(
        description="the call that showed it, e.g. rds:DescribeDBInstances; `tags` for a tag"
    )
    path: str = Field(
        description="names and indexes in that call's answer: MultiAZ, Endpoint.Port, Rules[0].ID; "
        "the key of a tag"
    )
    value: Any = Field(description="the value there, unchanged; null where the key is missing")


class Defect(BaseModel):
    """A weakness that no check describes."""

    model_config = ConfigDict(extra="ignore")

    title: str = Field(description="the defect and its consequence, in at most 120 characters")
    because: str = Field(description="why, from the quoted facts")
    recommendation: str = Field(
        description="the smallest change that mends it, in words: no command, no link"
    )
    resources: list[str] = Field(description="ids of the resources that show it")
    scenario: str = Field(description="one of your scenarios")
    phase: Phase = Field(description="the step of recovery that it lengthens; lose: data is lost")
    constant: str = Field(description="the constant that says how long that takes, by its name")
    needs_a_person: bool = Field(description="whether recovery waits for somebody")
    facts: list[Quote] = Field(description="what shows it; at least one of each of the resources")
    documentation: list[str] = Field(
        default_factory=list, description="addresses that search_documentation returned"
    )


class Doubt(BaseModel):
    """A finding of a check that is wrong here, with the facts that show it."""

    model_config = ConfigDict(extra="ignore")

    check: str
    resource: str
    because: str
    facts: list[Quote]


class Reply(BaseModel):
    """An answer to one of your questions that the checks leave open."""

    model_config = ConfigDict(extra="ignore")

    question: str = Field(description="the question's id")
    answer: AnswerValue
    because: str
    facts: list[Quote]


class Findings(BaseModel):
    """All that was found; empty lists are a good answer."""

    defects: list[Defect] = Field(default_factory=list)
    doubts: list[Doubt] = Field(default_factory=list)
    replies: list[Reply] = Field(default_factory=list)
    undone: list[str] = Field(default_factory=list, description="questions you did not come to")
