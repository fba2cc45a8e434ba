"""What to do first: so many things on a topic."""

import re
from collections.abc import Iterator

from pydantic import Field

from agents.conversation.arguments import Arguments, At
from agents.conversation.desk import LATEST, Desk, Names, heading
from agents.conversation.verbs import Said, Verb
from agents.recommending import recommended
from state.categories import categories
from state.recommendations import Recommendation, Way
from state.text import plain
from tools.markdown import link, text

_TITLES = {category.code: category.title for category in categories()} | {"OVERALL": "overall"}


class Recommend(Arguments):
    """The topic (none: everything), and how many."""

    topic: str = ""
    top: int = Field(default=3, ge=1, le=100)
    at: At = LATEST


def _recommend(desk: Desk, asked: Recommend) -> Said:
    report = desk.report(asked.at)
    seen = desk.snapshot(report)
    found = recommended(report, desk.reckoning(report), seen, asked.topic, asked.top)
    names, number = Names(seen), len(found.recommendations)
    on = "" if found.topic == "everything" else f" about {text(found.topic)}"
    first = "the first thing" if number == 1 else f"the first {number} things"
    lines = [f"{heading(report, desk.report())} {first} to do{on}."]
    if found.note:
        lines += ["", text(found.note)]
    for place, each in enumerate(found.recommendations, 1):
        lines += ["", *_one(place, each, names)]
    lines += ["", "CloudFormation and Terraform for them: `seeams recommend`."]
    return Said("\n".join(lines), found.model_dump(mode="json"))


def _one(place: int, each: Recommendation, names: Names) -> Iterator[str]:
    yield f"**{place}. {text(each.title.replace('`', ''))}**"
    yield ""
    severity = f"{each.severity.value}, " if each.severity else ""
    layer = each.layer.value.replace("_", " ").lower()
    yield f"{severity}{layer}, {each.effort.value} of work, cost: {each.cost.value}."
    yield ""
    yield f"- {text(each.why.replace('`', ''))}"
    if each.resources:
        yield f"- On {names.some(each.resources)}."
    if each.letters:
        moves = (
            f"{_TITLES[m.category]} {m.before or '?'} to {m.after or '?'}" for m in each.letters
        )
        yield f"- By itself it moves {', '.join(moves)}."
    if each.how.console:
        yield f"- Console: {text(each.how.console)}"
    page = each.documentation
    yield f"- See [{text(page.title)}]({link(page.url)})."
    if each.how.cli and Way.CLI not in each.how.none:
        commands = plain(each.how.cli, keep="\n").rstrip()
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", commands)), default=0))
        yield from ("", f"{fence}bash", commands, fence)


VERB = Verb(
    name="recommend",
    about="What to do first: exactly so many recommendations, on a topic (observability, backup, "
    "scaling, deployment, a service, a category, a resource) or on everything.",
    arguments=Recommend,
    carry_out=_recommend,
)
