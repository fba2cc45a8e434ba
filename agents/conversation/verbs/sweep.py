"""Which letters at which objectives."""

from agents.conversation.arguments import Arguments, CategorySlug, Duration, compact
from agents.conversation.desk import Desk, terms_of
from agents.conversation.verbs import Said, Verb
from state.categories import categories
from state.objectives import parse_duration, spell_duration
from state.sweeps import OVERALL, Turn
from tools.grading.sweeping import RPO_GRID, RTO_GRID
from tools.grading.sweeping import sweep as over_grid


class Sweep(Arguments):
    """The grid, and whose letters are told; none: the usual grid, the workload's letter."""

    rto: tuple[Duration, ...] = ()
    rpo: tuple[Duration, ...] = ()
    category: CategorySlug | None = None


def _sweep(desk: Desk, asked: Sweep) -> Said:
    report = desk.report()
    found = over_grid(
        desk.reckoning(report),
        report.objectives,
        [parse_duration(each) for each in asked.rto] or RTO_GRID,
        [parse_duration(each) for each in asked.rpo] or RPO_GRID,
    )
    category = next((c for c in categories() if c.slug == asked.category), None)
    name, title = (category.code, category.title) if category else (OVERALL, "Overall")
    rpo = " | ".join(map(compact, found.rpo_seconds))
    lines = [
        f"**{title}**: RTO down, RPO across; it stands at {terms_of(report)}.",
        "",
        f"| | {rpo} |",
        "|---" * (len(found.rpo_seconds) + 1) + "|",
    ]
    for rto, letters in zip(found.rto_seconds, found.letters[name], strict=True):
        cells = " | ".join(letter or "?" for letter in letters)
        lines.append(f"| {compact(rto)} | {cells} |")
    lines += [
        "",
        f"With the RTO: {_turns(found.by_rto[name])}.",
        "",
        f"With the RPO: {_turns(found.by_rpo[name])}.",
    ]
    return Said("\n".join(lines), found.model_dump(mode="json"))


def _turns(turns: tuple[Turn, ...]) -> str:
    """`F below 1 hour, D from there, C from 3 hours on`."""
    first, *others = turns
    if not others:
        return f"{first.letter or 'no letter'}, whatever it is"
    parts = [f"{first.letter or 'no letter'} below {spell_duration(others[0].from_seconds)}"]
    parts += [f"{t.letter or 'no letter'} from {spell_duration(t.from_seconds)}" for t in others]
    return ", ".join(parts) + " on"


VERB = Verb(
    name="sweep",
    about="The letters over a grid of RTO x RPO, and at which objective each turns into another.",
    arguments=Sweep,
    carry_out=_sweep,
)
