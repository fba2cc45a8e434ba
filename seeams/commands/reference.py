"""`seeams checks` and `seeams iam-policy`."""

import sys
from typing import Annotated

import typer

from seeams import options
from seeams.console import complain, out, print_json


def _check_ids(incomplete: str) -> list[str]:
    from tools.checks import all_checks

    return [name for name in all_checks() if name.startswith(incomplete)]


def checks(
    check: Annotated[
        str | None,
        typer.Argument(metavar="ID", help="One check, shown in full.", autocompletion=_check_ids),
    ] = None,
    category: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Only those of a category: spof, load, SHARED_FATE."),
    ] = None,
    service: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only those of a service: rds, lambda.")
    ] = None,
    as_json: options.Json = False,
) -> None:
    """List the checks, or show one in full."""
    from seeams.catalogue import chosen, metadata, named
    from seeams.rendering.catalogue import print_check, print_checks

    if check is not None:
        one = named(check)
        if as_json:
            print_json(metadata(one))
        else:
            print_check(out(), one)
        return
    found = chosen(category, service)
    if as_json:
        print_json([metadata(each) for each in found])
    else:
        print_checks(out(), found)


def iam_policy(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, as it always does.")] = False,
) -> None:
    """Print the least-privilege IAM policy for what would be called, as JSON.

    One policy document; a list of several only where IAM's size limit asks for it.
    """
    from tools.aws.policy import policy_documents

    documents = policy_documents()
    if len(documents) > 1:
        complain(f"IAM's size limit asks for {len(documents)} policies: this is a list of them")
    print_json(documents[0] if len(documents) == 1 else documents)


def assumptions(
    template: Annotated[
        bool,
        typer.Option("--template", help="Print a file for --assumptions to fill in instead."),
    ] = False,
    as_json: options.Json = False,
) -> None:
    """List the constants that estimates are made of, with their reasons.

    Give your own with --assumptions FILE: what your team measured counts for more.
    """
    from seeams.rendering.assumptions import print_assumptions, template_text
    from tools.grading.assumptions import assumptions as constants

    if template:
        sys.stdout.write(template_text())
        sys.stdout.flush()
    elif as_json:
        print_json({name: each.model_dump(mode="json") for name, each in constants().items()})
    else:
        print_assumptions(out())
