"""What to do first, on any topic."""

from typing import Annotated

from pydantic import Field

from agents.conversation.arguments import Arguments
from agents.conversation.desk import Desk, Names, heading
from agents.conversation.verbs import Said, Verb
from agents.recommending import recommended
from state.categories import categories
from state.recommendations import LetterMove, Recommendation
from tools.markdown import link, text


class Recommend(Arguments):
    """What about, and how many."""

    topic: str = Field(
        default="",
        description="observability, backup, scaling, deployment, a service, a category, a layer, a "
        "resource; empty: everything",
    )
    top: Annotated[int, Field(ge=1, le=100)] = 3


def _recommend(desk: Desk, asked: Recommend) -> Said:
    report = desk.report()
    snapshot = desk.snapshot(report)
    found = recommended(report, desk.reckoning(report), snapshot, asked.topic, asked.top)
    names = Names(snapshot)
    parts = [heading(report, report)]
    parts += [_one(number, each, names) for number, each in enumerate(found.recommendations, 1)]
    about = f" --topic {found.topic!r}" if asked.topic else ""
    parts.append(text(f"Commands and templates: seeams recommend{about} --top {asked.top}"))
    return Said("\n\n".join(parts), found.model_dump(mode="json"))


def _one(number: int, each: Recommendation, names: Names) -> str:
    severity = f"{each.severity.value}, " if each.severity else ""
    lines = [
        f"{number}. **{text(each.title.replace('`', ''))}** ({severity}{each.effort.value} of "
        f"work, cost: {each.cost.value})",
        f"   {text(each.why.replace('`', ''))}",
    ]
    if each.letters:
        lines.append(f"   Moves {', '.join(map(_move, each.letters))}.")
    if len(each.resources) > 1:
        lines.append(f"   On {names.some(each.resources)}.")
    lines.append(f"   Console: {text(each.how.console)}" if each.how.console else "")
    lines.append(f"   [{text(each.documentation.title)}]({link(each.documentation.url)})")
    return "\n".join(line for line in lines if line)


def _move(move: LetterMove) -> str:
    titles = {category.code: category.title.lower() for category in categories()}
    return (
        f"{titles.get(move.category, 'overall')} from {move.before or '?'} to {move.after or '?'}"
    )


VERB = Verb(
    name="recommend",
    about="What to do first: a number of recommendations, on everything or on one topic, service, "
    "category, layer or resource.",
    arguments=Recommend,
    carry_out=_recommend,
)
