"""The cheapest way to a letter, in words."""

from agents.conversation.desk import Names
from state.categories import categories
from state.objectives import spell_duration
from state.plans import Plan
from tools.markdown import own, text

_TITLES = {category.code: category.title for category in categories()}


def plan_words(plan: Plan, names: Names) -> str:
    """A plan as Markdown: its steps, and what no fix can reach."""
    overall = f"{plan.before.get('OVERALL') or '?'} to {plan.after.get('OVERALL') or '?'}"
    if plan.reached and not plan.steps:
        return f"Every category has a {plan.target} or better as it is."
    lines = [
        f"**The cheapest way to {plan.target} in every category**: {len(plan.steps)} "
        f"step{'s' if len(plan.steps) != 1 else ''}, about {spell_duration(plan.minutes * 60)} of "
        f"work; overall {overall}."
        if plan.reached
        else f"**No fixes reach {plan.target} in every category**; these come nearest "
        f"(overall {overall}):"
        if plan.steps
        else f"**No fixes reach {plan.target} in every category**, and none comes nearer."
    ]
    lines += [""] if plan.steps else []
    for number, step in enumerate(plan.steps, 1):
        where = "everywhere" if step.everywhere else names.some(step.resources)
        lines.append(
            f"{number}. {own(step.recommendation)} ({where}; {step.effort.value}, cost: "
            f"{step.cost.value}; `{step.check}`)"
        )
    for each in plan.unreached:
        because = "; ".join(dict.fromkeys(text(o.because) for o in each.obstacles[:2]))
        lines += [
            "",
            f"{_TITLES.get(each.category, each.category)} stays {each.letter or '?'}: {because}.",
        ]
        if each.would_do:
            lines[-1] += (
                f" It would be reached at RTO {spell_duration(each.would_do.rto_seconds)}, "
                f"RPO {spell_duration(each.would_do.rpo_seconds)}."
            )
    return "\n".join(lines)
