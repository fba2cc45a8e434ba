"""Writes the generated documents: checks, estimates, constants, reads, IAM policy, schema.

`python docs/generate.py` writes them; `--check` fails if one is out of date.
"""

import argparse
import json
import sys
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from seeams.documents import schema
from state.categories import categories, scenarios
from tools.aws.declarations import collectors
from tools.aws.policy import policy_documents
from tools.checks import all_checks
from tools.grading.assumptions import assumptions
from tools.grading.catalogue import amount_of, by_type

HERE = Path(__file__).parent


def documents() -> dict[str, str]:
    """File name -> text, for every generated document."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # Markdown, made from our own texts
    )
    context = {
        "categories": categories(),
        "checks": list(all_checks().values()),
        "assumptions": assumptions(),
        "collectors": list(collectors().values()),
        "scenarios": scenarios(),
        "estimates": by_type(),
        "amount": amount_of,
    }
    names = ("checks.md", "estimates.md", "assumptions.md", "reads.md")
    texts = {name: environment.get_template(f"{name}.j2").render(context) for name in names}
    return texts | {
        "iam-policy.json": json.dumps(policy_documents(), indent=2) + "\n",
        "report.schema.json": json.dumps(schema(), indent=2) + "\n",
    }


def main() -> int:
    """Write the documents, or say which are out of date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail instead of writing")
    checking = parser.parse_args().check
    stale = []
    for name, text in documents().items():
        path = HERE / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if not checking:
                path.write_text(text, encoding="utf-8")
    if stale:
        verb = "is out of date: run `just generate`" if checking else "written"
        sys.stdout.writelines(f"docs/{name} {verb}\n" for name in stale)
    return 1 if checking and stale else 0


if __name__ == "__main__":
    sys.exit(main())
