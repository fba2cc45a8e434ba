"""`seeams as-code`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from seeams import options

if TYPE_CHECKING:
    from state.as_code import AsCode

_SUFFIXES = {"cloudformation": (".yaml", ".yml"), "terraform": (".tf.json",)}


def as_code(
    thread: options.StoredThread,
    kind: Annotated[
        Literal["alarms", "experiments", "backups"] | None,
        typer.Argument(help="What to write. Default: all three, in one template."),
    ] = None,
    code_format: Annotated[
        Literal["cloudformation", "terraform"] | None,
        typer.Option(
            "--format",
            help="CloudFormation in YAML, or Terraform in its JSON syntax. Default: what FILE is, "
            "else CloudFormation.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write it to FILE (.yaml, .tf.json); with several Regions, to one file for each, "
            "Terraform's in folders of their own. Default: stdout.",
        ),
    ] = None,
    checkpoint: options.Checkpoint = None,
    as_json: options.Json = False,
    store: options.StoreUrl = None,
) -> None:
    """Write what the workload lacks as code: alarms and a dashboard, experiments, backup plans.

    Alarms for what fails unseen; AWS FIS experiments for the failures that can strike here, with
    stop conditions; AWS Backup plans for the stores whose data loss exceeds the RPO.
    """
    from graph.runs import reckoning_of
    from seeams.console import print_json
    from seeams.outcomes import require_folder
    from seeams.stored import report_at, snapshot_of
    from state.as_code import CodeFormat, CodeKind
    from state.store import Store
    from tools.as_code import as_code as written

    chosen: str = code_format or "cloudformation"
    if output is not None:
        chosen = _format_of(output, code_format)
        require_folder(output)
    with Store(store) as opened:
        report = report_at(opened, thread, checkpoint)
        snapshot, reckoning = snapshot_of(opened, report), reckoning_of(opened, report)
    kinds = [CodeKind(kind)] if kind else []
    code = written(report, snapshot, reckoning, kinds, CodeFormat(chosen))
    if output is not None:
        _write(code, output)
    if as_json:
        print_json(code.model_dump(mode="json"))
        return
    if output is None:
        _print(code)
    _explain(code, {each.id: each.name for each in snapshot.resources.values()})


def _format_of(output: Path, asked: str | None) -> str:
    from state.errors import WrongUse

    for name in [asked] if asked else _SUFFIXES:
        if output.name.lower().endswith(_SUFFIXES[name]):
            return name
    known = "; ".join(f"{name} is {' or '.join(ends)}" for name, ends in _SUFFIXES.items())
    raise WrongUse(f"{str(output)!r} names no file of {asked or 'code'}: {known}")


def _write(code: "AsCode", output: Path) -> None:
    from seeams.console import complain, plain
    from seeams.failures import writing

    for each in code.templates:
        file = output if len(code.templates) == 1 else file_for(output, each.region)
        with writing(file):
            file.parent.mkdir(exist_ok=True)
            file.write_text(each.text, encoding="utf-8")
        complain(f"{plain(file)} written")


def file_for(output: Path, region: str) -> Path:
    """`shop.yaml` -> `shop.eu-west-1.yaml`, and `shop.tf.json` -> `eu-west-1/shop.tf.json`.

    Terraform reads all files of a folder as one module, and a Region's provider stands once in it.
    """
    if output.name.lower().endswith(".tf.json"):
        return output.parent / region / output.name
    return output.with_name(f"{output.stem}.{region}{output.suffix}")


def _print(code: "AsCode") -> None:
    from state.errors import WrongUse

    if len(code.templates) > 1:
        regions = ", ".join(each.region for each in code.templates)
        raise WrongUse(f"one template for each Region ({regions}): name a file with --output")
    for each in code.templates:
        sys.stdout.write(each.text)
    sys.stdout.flush()


def _explain(code: "AsCode", names: dict[str, str]) -> None:
    """On stderr: the template stays a template when it is piped."""
    from seeams.console import complain, plain

    if not code.templates:
        complain(f"nothing to write: no {' or '.join(code.kinds)} are missing")
    for parameter in {p.name: p for each in code.templates for p in each.parameters}.values():
        complain(f"to be given: {parameter.name}: {parameter.what}")
    for note in code.notes:
        complain(f"note: {plain(note)}")
    for left in code.left_out:
        name = names.get(left.resource, left.resource)
        complain(f"left out: {plain(name)}: {plain(left.why)}")
