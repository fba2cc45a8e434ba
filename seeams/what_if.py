"""What a what-if asks of a stored assessment, and its answer in print."""

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from state.losses import Loss
    from state.objectives import Objectives
    from state.plans import Plan
    from state.premises import Premises
    from state.report import Report
    from state.store import Store


@dataclass(frozen=True)
class Question:
    """What is asked: graded against other terms, brought to a letter, or with something lost."""

    objectives: "Objectives"
    given: "Premises"  # beside those of the assessment
    anew: bool  # whether objectives or premises are asked about
    target: str | None = None
    lose: str | None = None


@dataclass(frozen=True)
class Answer:
    """The report before, and what the question makes of it.

    `after` is the report before with this question's own usage where nothing was graded anew: what
    is lost moves no letter, and a plan without a step neither.
    """

    before: "Report"
    after: "Report"
    plan: "Plan | None" = None
    loss: "Loss | None" = None

    @property
    def moved(self) -> bool:
        """Whether there is a what-if of its own in the store."""
        return self.after.checkpoint != self.before.checkpoint


def answered(store: "Store", assessed: "Report", question: Question) -> Answer:
    """The answer, from what is stored.

    Raises:
        Fixable, InvalidPremises: as `graph.runs.what_if` raises them, or what is to be lost is not
            there.
    """
    from graph.runs import cheapest_way, reckoning_of, snapshot_of, what_if
    from state.grades import Usage
    from state.premises import Premises

    began = time.monotonic()
    plan, given = None, question.given
    if question.target is not None:
        plan = cheapest_way(store, assessed.thread, question.target, question.objectives, given)
        given = given.plus(Premises(fixes=plan.fixes))
    if question.anew or given.fixes:
        before, after = what_if(store, assessed.thread, question.objectives, given)
        answer = Answer(before, after, plan)
    else:
        used = Usage(seconds=round(time.monotonic() - began, 3))
        answer = Answer(assessed, assessed.model_copy(update={"usage": used}), plan)
    if question.lose is None:
        return answer
    from tools.grading.losses import losses_of

    after = answer.after
    seen, reckoning = snapshot_of(store, after), reckoning_of(store, after)
    return replace(answer, loss=losses_of(seen, reckoning, after.objectives, question.lose))


def deliver(store: "Store", answer: Answer, *, as_json: bool, store_as_given: str | None) -> None:
    """Print an answer; `store_as_given` for what to type next."""
    from graph.runs import snapshot_of
    from seeams.console import out, print_json
    from seeams.documents import document_of
    from seeams.rendering.comparison import print_comparison
    from seeams.rendering.losses import print_loss
    from seeams.rendering.names import Names
    from seeams.rendering.plans import print_plan

    before, after, plan, loss = answer.before, answer.after, answer.plan, answer.loss
    if as_json:
        print_json(document_of(after, before, plan=plan, loss=loss))
        return
    console, names = out(), Names(snapshot_of(store, after))
    if plan is not None:
        print_plan(console, plan, after, names, store=store_as_given)
    elif answer.moved:
        print_comparison(console, before, after, names, store=store_as_given)
    if loss is not None:
        if plan is not None or answer.moved:
            console.print()
        print_loss(console, loss, names)
