"""A specialist that thinks: looks beyond the checks with tools, and reports what can be verified.

Whatever happens to the model, the rows of the checks stand, and what it did not do is said.
"""

import time
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from langchain.agents import create_agent
from langchain_core.messages import HumanMessage

from agents.bounds import Spent
from agents.grounding import Grounded, ground
from agents.harness import (
    STEPS_PER_CALL,
    Mind,
    Observe,
    apart,
    ending,
    ending_without_result,
    middleware,
)
from agents.prompts import fenced, prompt
from agents.quoting import Sources
from agents.thinking.tools import Bench
from agents.wording import plainly
from state.categories import Category
from state.judgements import Assessment, Verdict
from state.objectives import spell_duration
from state.snapshot import Snapshot
from state.thinking import Stop, Thinking
from tools.inspecting import Inspection


def think(
    category: Category, snapshot: Snapshot, assessment: Assessment, mind: Mind, observe: Observe
) -> Thinking:
    """What one agent adds to a category's rows. Never raises for what a model does."""
    started = time.monotonic()
    spent = Spent()
    bench = Bench(Inspection(snapshot), mind.objectives, mind.shelf, mind.ask_aws)
    stop, detail, tool_calls = apart(_run, category, assessment, mind, bench, spent, observe)
    findings = bench.reported
    sources = Sources(snapshot, bench.aws_answers, mind.shelf.returned if mind.shelf else {})
    kept = Grounded()
    if findings:
        kept = ground(findings, category, assessment, sources, mind.table, mind.model.name)
    return Thinking(
        model=mind.model.name,
        stop=stop,
        detail=plainly(detail),
        undone=tuple(q.id for q in category.questions if not findings or q.id in findings.undone),
        proposals=tuple(kept.proposals),
        contests=tuple(kept.contests),
        answers=tuple(kept.answers),
        dropped=tuple(kept.dropped),
        claims=kept.claims,
        tool_calls=tool_calls,
        model_calls=spent.model_calls,
        input_tokens=spent.input_tokens,
        output_tokens=spent.output_tokens,
        cached_tokens=spent.cached_tokens,
        usd=round(spent.usd, 6),
        seconds=round(time.monotonic() - started, 3),
    )


def _run(
    category: Category,
    assessment: Assessment,
    mind: Mind,
    bench: Bench,
    spent: Spent,
    observe: Observe,
) -> tuple[Stop, str, int]:
    """Let the agent work until it reports; how it ended, why, and how many tools it used."""
    agent = create_agent(
        mind.model.chat,
        bench.tools(),
        system_prompt=_system_prompt(category, assessment, mind, bench.inspection),
        middleware=middleware(
            mind, lambda: bench.reported is not None, spent, mind.budget.limits.steps
        ),
        checkpointer=False,  # its messages hold the account's facts, and end with it
    )
    steps = mind.budget.limits.steps
    tool_calls, last = 0, None
    begin: Any = {"messages": [HumanMessage("Begin.")]}
    try:
        for mode, part in agent.stream(
            begin,
            {"recursion_limit": steps * STEPS_PER_CALL},
            stream_mode=["updates", "messages"],
        ):
            if mode == "messages":
                _tell_text(category, part[0], observe)
                continue
            for message in _messages(part):
                for call in getattr(message, "tool_calls", ()):
                    tool_calls += 1
                    observe("tool", {"category": category.code, "tool": call["name"]})
                last = message if message.type == "ai" else last
    except Exception as error:  # a model, its client and the network can fail in any way
        return *ending(error, steps), tool_calls
    if bench.reported:
        return Stop.DONE, "", tool_calls
    return *ending_without_result(last, "report_findings"), tool_calls


def _system_prompt(
    category: Category, assessment: Assessment, mind: Mind, inspection: Inspection
) -> str:
    objectives = mind.objectives
    focus = files("agents").joinpath(category.slug, "prompt.md").read_text(encoding="utf-8")
    rows = [
        {
            "check": row.check,
            "resource": row.resource,
            "verdict": row.verdict.value,
            **({"note": row.note} if row.note else {}),
        }
        for row in assessment.judgements
        if row.verdict is not Verdict.PASS
    ]
    open_questions = [
        {"id": q.id, "text": q.text, "answer": a.answer.value}
        for q, a in zip(category.questions, assessment.answers, strict=True)
    ]
    members = [
        {"id": r.id, "type": r.type, "name": r.name}
        for r in inspection.snapshot.resources.values()
        if r.member
    ]
    return prompt(
        "agents.thinking",
        title=category.title,
        violates=category.violates,
        focus=focus.strip(),
        scenarios="; ".join(f"`{s.name}` ({s.text})" for s in category.scenarios),
        questions=fenced(open_questions),
        constants=fenced(
            {
                name: f"{a.what}, {a.seconds:g} s"
                for name, a in mind.table.items()
                if not a.seconds_per_unit and not a.never
            }
        ),
        objectives=f"RTO {spell_duration(objectives.rto_seconds)}, "
        f"RPO {spell_duration(objectives.rpo_seconds)}",
        workload=fenced(inspection.answer(members)),
        verdicts=fenced(inspection.answer(rows)),
    )


def _tell_text(category: Category, chunk: Any, observe: Observe) -> None:
    """What the model says while it works, as it comes."""
    if chunk.type == "AIMessageChunk" and chunk.text:
        observe("says", {"category": category.code, "text": chunk.text})


def _messages(update: Any) -> list[Any]:
    """The messages that a step of the agent wrote."""
    return [
        message
        for written in update.values()
        if isinstance(written, Mapping)
        for message in written.get("messages", ())
    ]
