"""`seeams what-if`."""

import typer

from seeams import options


def what_if(
    thread: options.StoredThread,
    rto: options.Rto = None,
    rpo: options.Rpo = None,
    region_rto: options.RegionRto = None,
    region_rpo: options.RegionRpo = None,
    policy: options.PolicyFile = None,
    fix: options.FixOptions = None,
    target: options.Target = None,
    lose: options.Lose = None,
    assumptions: options.AssumptionsFile = None,
    attest: options.AttestFile = None,
    as_json: options.Json = False,
    store: options.StoreUrl = None,
) -> None:
    """Ask a stored assessment: other objectives, defects mended, things lost, a letter wanted.

    Answered from the checkpoint: no AWS call, no specialist. What is not given stays as it was.
    """
    from seeams.asked import fixes_of, letter_of, objectives_instead
    from seeams.outcomes import exit_code
    from seeams.premises import premises_of
    from seeams.stored import report_at
    from seeams.what_if import Question, answered, deliver
    from state.errors import WrongUse
    from state.premises import Premises
    from state.store import Store

    changes = (rto, rpo, region_rto, region_rpo, policy, fix, assumptions, attest)
    if not any((*changes, target, lose)):
        raise WrongUse(
            "what if what? Say --rto or --rpo, --fix, --lose or --target, for example --rto 2h "
            "--rpo 30m"
        )
    wanted = letter_of(target, "--target")
    given = premises_of(assumptions, attest).plus(Premises(fixes=fixes_of(fix)))
    with Store(store) as opened:
        assessed = report_at(opened, thread)
        objectives = objectives_instead(
            assessed.objectives, rto, rpo, region_rto, region_rpo, policy
        )
        question = Question(objectives, given, any(changes), wanted, lose)
        answer = answered(opened, assessed, question)
        deliver(opened, answer, as_json=as_json, store_as_given=store)
    raise typer.Exit(exit_code(answer.after))
