"""What the workload lacks, as code: alarms and a dashboard, experiments, backup plans.

All of it comes from what was read, the report and its estimates; nothing is asked of the account.
One template is made for each Region, because a template is deployed in one.
"""

from collections.abc import Iterable

from state.as_code import AsCode, CodeFormat, CodeKind, Declared, LeftOut, Template
from state.report import Report
from state.snapshot import Snapshot
from tools.as_code import cloudformation, terraform
from tools.as_code.alarms import add_alarms, region_of
from tools.as_code.backups import add_backups
from tools.as_code.dashboard import add_dashboard
from tools.as_code.experiments import add_experiments
from tools.as_code.stack import Stack, says
from tools.grading.reckoning import Reckoning

_WRITERS = {
    CodeFormat.CLOUDFORMATION: cloudformation.template,
    CodeFormat.TERRAFORM: terraform.configuration,
}
_SHORT = 51_200  # bytes that CloudFormation takes without a bucket
_WORDS = {
    CodeKind.ALARMS: "alarms and dashboard",
    CodeKind.EXPERIMENTS: "fault injection experiments",
    CodeKind.BACKUPS: "backup plans",
}


def as_code(
    report: Report,
    snapshot: Snapshot,
    reckoning: Reckoning,
    kinds: Iterable[CodeKind] = (),
    code_format: CodeFormat = CodeFormat.CLOUDFORMATION,
) -> AsCode:
    """Templates for what is missing.

    Args:
        report: the result whose objectives and findings it goes by.
        snapshot: the account as that result's run saw it.
        reckoning: its estimates.
        kinds: what is wanted; nothing: all of it.
        code_format: the language.
    """
    wanted = tuple(each for each in CodeKind if each in set(kinds or CodeKind))
    stacks = [stack_of(report, snapshot, reckoning, wanted, each) for each in _regions(snapshot)]
    templates = tuple(_template(each, wanted, code_format) for each in stacks if each.pieces)
    left_out: dict[LeftOut, None] = {each: None for stack in stacks for each in stack.left_out}
    return AsCode(
        thread=report.thread,
        checkpoint=report.checkpoint,
        format=code_format,
        kinds=wanted,
        templates=templates,
        left_out=tuple(left_out),
        notes=tuple(dict.fromkeys(note for each in stacks for note in each.notes)),
    )


def stack_of(
    report: Report,
    snapshot: Snapshot,
    reckoning: Reckoning,
    kinds: Iterable[CodeKind],
    region: str,
) -> Stack:
    """What is missing in a Region."""
    stack = Stack(snapshot, region)
    for kind in kinds:
        if kind is CodeKind.ALARMS:
            add_alarms(stack, reckoning.ledger)
            add_dashboard(stack, report, reckoning.ledger)
        elif kind is CodeKind.EXPERIMENTS:
            add_experiments(stack, report, reckoning)
        else:
            add_backups(stack, report.objectives, reckoning)
    return stack


# -- parts ----------------------------------------------------------------------------------------


def _regions(snapshot: Snapshot) -> list[str]:
    members = (region_of(each) for each in snapshot.resources.values() if each.member)
    return sorted({*members, *snapshot.regions})


def _template(stack: Stack, kinds: Iterable[CodeKind], code_format: CodeFormat) -> Template:
    what = ", ".join(_WORDS[each] for each in kinds)
    description = says(f"{what} of {stack.snapshot.selector}, for {stack.region}", 1000)
    description = description[0].upper() + description[1:]
    text = _WRITERS[code_format](stack, description)
    if code_format is CodeFormat.CLOUDFORMATION and len(text) > _SHORT:
        stack.note(
            f"the template for {stack.region} has more than {_SHORT} bytes: deploy it through a "
            "bucket, as `aws cloudformation deploy --s3-bucket` does"
        )
    return Template(
        region=stack.region,
        text=text,
        parameters=tuple(stack.parameters.values()),
        declares=tuple(
            Declared(name=name, type=piece.type, what=piece.what, about=piece.about)
            for name, piece in stack.pieces.items()
        ),
    )
