"""AWS's documentation on a topic."""

from agents.conversation.arguments import Arguments
from agents.conversation.desk import Desk
from agents.conversation.verbs import Said, Verb
from tools.markdown import link, text

_PAGES = 5


class Docs(Arguments):
    """What to look up."""

    about: str


def _look_up(desk: Desk, asked: Docs) -> Said:
    pages = desk.look_up(asked.about)
    if pages is None:
        return Said("Documentation is switched off (`--docs off`).", {"pages": []})
    if not pages:
        return Said(f"The documentation tool found no page on {text(asked.about)}.", {"pages": []})
    lines = [
        f"- [{text(page.title)}]({link(page.url)})"
        + (f": {text(' '.join(page.excerpt.split())[:200])}" if page.excerpt else "")
        for page in pages[:_PAGES]
    ]
    return Said(
        f"On {text(asked.about)}:\n\n" + "\n".join(lines),
        {
            "pages": [
                {"title": page.title, "url": page.url, "source": page.source}
                for page in pages[:_PAGES]
            ]
        },
    )


VERB = Verb(
    name="docs",
    about="Search AWS's documentation on a topic; pages with deep links. Never search for names "
    "from the account.",
    arguments=Docs,
    carry_out=_look_up,
)
