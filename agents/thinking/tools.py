"""The tools of a specialist's agent: to look, to ask AWS, to read documentation, to calculate."""

import json
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from langchain_core.tools import BaseTool, tool

from agents.claims import Defect, Doubt, Findings, Reply
from agents.harness import AskAws
from agents.prompts import fenced
from agents.quoting import Answered
from state.objectives import Objectives, spell_duration
from tools.grading.letters import letter_for
from tools.inspecting import Inspection

if TYPE_CHECKING:
    from tools.docs.shelf import Shelf

# To make a tool langchain silences a warning for the whole process, and threads undo each other's.
_ONE_AT_A_TIME = threading.Lock()

_MOST_SECONDS = 1e10  # some three hundred years


@dataclass
class Bench:
    """What one agent works with, and what its tools returned."""

    inspection: Inspection
    objectives: Objectives
    shelf: "Shelf | None" = None
    ask_aws: AskAws | None = None
    aws_answers: dict[tuple[str, str], list[Answered]] = field(default_factory=dict)
    reported: Findings | None = None

    def tools(self) -> list[BaseTool]:
        """Every tool there is in this run."""
        with _ONE_AT_A_TIME:
            tools = [*self._looking(), self._calculating(), self._reporting()]
            if self.shelf is not None:
                tools += self._reading(self.shelf)
            if self.ask_aws is not None:
                tools.append(self._asking(self.ask_aws))
            return tools

    def _looking(self) -> list[BaseTool]:
        inspection = self.inspection

        @tool
        def list_resources(resource_type: str | None = None) -> str:
            """The resources that were found; of one CloudFormation type if given."""
            return fenced(inspection.resources(resource_type))

        @tool
        def inspect_resource(resource: str, path: str | None = None) -> str:
            """Tags and facts of a resource by the call they came from; a JMESPath narrows it."""
            return fenced(inspection.resource(resource, path))

        @tool
        def relations_of(resource: str) -> str:
            """What a resource uses, and what uses it."""
            return fenced(inspection.relations(resource))

        @tool
        def gaps() -> str:
            """What could not be read: never take it for empty."""
            return fenced(inspection.gaps())

        @tool
        def read_on(kept: str, start: int) -> str:
            """The rest of an answer that was cut, from a character on."""
            return fenced(inspection.read_on(kept, start))

        return [list_resources, inspect_resource, relations_of, gaps, read_on]

    def _asking(self, ask: AskAws) -> BaseTool:
        @tool
        def use_aws(
            operation: str,
            region: str,
            arguments: dict[str, Any] | None = None,
            projection: str | None = None,
        ) -> str:
            """One read-only AWS call (`rds:DescribeDBInstances`); a JMESPath narrows the answer."""
            answer = ask(operation, region, arguments or {}, None)
            if isinstance(answer, list):  # not an error, which is no fact
                answered = Answered(arguments or {}, answer)
                self.aws_answers.setdefault((operation, region), []).append(answered)
            return fenced(self.inspection.narrowed(answer, projection))

        return use_aws

    def _reading(self, shelf: "Shelf") -> list[BaseTool]:
        @tool
        def search_documentation(phrase: str) -> str:
            """Pages of AWS's documentation on services and features; no names from the account."""
            found = shelf.search(phrase)
            return fenced([page.model_dump(exclude={"source"}) for page in found])

        @tool
        def read_documentation(url: str, start: int = 0) -> str:
            """A page that search_documentation returned, from a character on."""
            text = shelf.read(url) or "that page was not returned by search_documentation"
            return fenced(text[start : start + 8000])

        return [search_documentation, read_documentation]

    def _calculating(self) -> BaseTool:
        objectives = self.objectives

        @tool
        def calculate_letter_grade(recovery_seconds: float, data_loss_seconds: float = 0.0) -> str:
            """The letter that a recovery time and a loss of data would get. It decides nothing."""
            if not (
                0 <= recovery_seconds < _MOST_SECONDS and 0 <= data_loss_seconds < _MOST_SECONDS
            ):
                return json.dumps({"error": f"give seconds, from 0 to {_MOST_SECONDS:g}"})
            rto = recovery_seconds / objectives.rto_seconds
            rpo = data_loss_seconds / objectives.rpo_seconds
            return json.dumps(
                {
                    "recovery": spell_duration(recovery_seconds),
                    "share_of_rto": round(rto, 4),
                    "share_of_rpo": round(rpo, 4),
                    "letter": letter_for(max(rto, rpo)),
                }
            )

        return calculate_letter_grade

    def _reporting(self) -> BaseTool:
        @tool
        def report_findings(
            defects: list[Defect] | None = None,
            doubts: list[Doubt] | None = None,
            replies: list[Reply] | None = None,
            undone: list[str] | None = None,
        ) -> str:
            """Hand in what was found. Called once, at the end; empty lists are a good answer."""
            self.reported = Findings(
                defects=defects or [],
                doubts=doubts or [],
                replies=replies or [],
                undone=undone or [],
            )
            return "reported"

        return report_findings
