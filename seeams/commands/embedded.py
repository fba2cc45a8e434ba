"""`seeams account`."""

import shlex
import signal
import sys
import threading
from typing import Annotated

import typer

from seeams.console import complain


def account(
    port: Annotated[
        int,
        typer.Option(min=0, max=65535, help="The port on 127.0.0.1; 0 takes any that is free."),
    ] = 0,
) -> None:
    """Keep an embedded AWS account with the sample workloads running, until Ctrl-C.

    Prints the environment to export on stdout, for every other command and any AWS tool.
    """
    from tools.embedded.samples import samples
    from tools.embedded.server import MUST_BE_UNSET, EmbeddedAccount

    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    with EmbeddedAccount(port=port) as embedded:
        built = embedded.build(*samples())
        lines = [f"unset {' '.join(MUST_BE_UNSET)}"]
        lines += [f"export {name}={shlex.quote(v)}" for name, v in embedded.environment().items()]
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()
        complain(f"An embedded AWS account answers on {embedded.endpoint_url}. It holds:")
        for sample in built:
            tags = " ".join(f"--tag {key}={value}" for key, value in sample.tags.items())
            asked = sample.objectives
            complain(f"  seeams assess {tags} --rto {asked.rto} --rpo {asked.rpo}")
        complain(
            "Export the lines on stdout in another terminal (or start this as "
            "`seeams account > account.env &` and read them with `. ./account.env`). "
            "Ctrl-C stops it; nothing is kept."
        )
        while not stopping.wait(3600):
            pass
    complain("The embedded account is gone.")
