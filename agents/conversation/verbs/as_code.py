"""What is missing, as code that somebody can deploy."""

import re

from agents.conversation.arguments import Arguments, At
from agents.conversation.desk import LATEST, Desk, heading
from agents.conversation.verbs import Said, Verb
from state.as_code import AsCode, CodeFormat, CodeKind
from tools.as_code import as_code
from tools.markdown import code, text

_MOST = 600  # lines that are still an answer
_LANGUAGE = {CodeFormat.CLOUDFORMATION: "yaml", CodeFormat.TERRAFORM: "json"}
_ENDING = {CodeFormat.CLOUDFORMATION: "yaml", CodeFormat.TERRAFORM: "tf.json"}


class Code(Arguments):
    """What is to be written, in which language, by which result."""

    kind: CodeKind | None = None  # none: all of them
    language: CodeFormat = CodeFormat.CLOUDFORMATION
    at: At = LATEST


def _as_code(desk: Desk, asked: Code) -> Said:
    report = desk.report(asked.at)
    kinds = [asked.kind] if asked.kind else []
    made = as_code(report, desk.snapshot(report), desk.reckoning(report), kinds, asked.language)
    answer = f"{heading(report, desk.report())}\n\n{_written(made, asked)}"
    return Said(answer, made.model_dump(mode="json"))


def _written(made: AsCode, asked: Code) -> str:
    if not made.templates:
        return f"Nothing to write: no {' or '.join(made.kinds)} are missing."
    given = {each.name: each for template in made.templates for each in template.parameters}
    parts = [
        *(f"- to be given: {code(each.name)}: {text(each.what)}" for each in given.values()),
        *(f"- note: {text(note)}" for note in made.notes),
    ]
    if sum(each.text.count("\n") for each in made.templates) <= _MOST:
        shown = "\n\n".join(_fenced(each.text, _LANGUAGE[made.format]) for each in made.templates)
    else:
        kind = f" {asked.kind}" if asked.kind else ""
        command = (
            f"seeams as-code --thread {made.thread}{kind} --output code.{_ENDING[made.format]}"
        )
        declared = [d for each in made.templates for d in each.declares]
        parts = [*(f"- {text(each.what)}" for each in declared), *parts]
        shown = f"It has {len(declared)} resources: {code(command)} writes it."
    return shown + "\n\n" + "\n".join(parts)


def _fenced(template: str, language: str) -> str:
    """A block of code that no name in it ends."""
    longest = max((len(run) for run in re.findall("`+", template)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{template.rstrip()}\n{fence}"


VERB = Verb(
    name="as_code",
    about="Write what is missing as CloudFormation or Terraform: alarms and a dashboard, AWS FIS "
    "experiments for the failures that can strike, AWS Backup plans that meet the RPO. It deploys "
    "nothing.",
    arguments=Code,
    carry_out=_as_code,
)
