"""What a real shell makes of printed commands."""

import shutil
import subprocess
from collections.abc import Iterable, Sequence

_BASH = shutil.which("bash") or "/bin/bash"


def as_bash_reads(lines: Iterable[str]) -> list[list[str]]:
    """The words of each `aws` command, from a shell that only prints them."""
    show = 'aws() { printf "%s\\0" aws "$@"; printf "\\0\\1\\0"; }\n'
    times = "START_TIME='<START_TIME>' START_MILLISECONDS='<START_MILLISECONDS>'\n"
    now = "date() { printf %s '<END_TIME>'; }\n"
    done = subprocess.run(
        [_BASH, "--norc", "-c", show + times + now + "\n".join(lines)],
        capture_output=True,
        check=True,
        env={"LC_ALL": "C.UTF-8", "PATH": "/nowhere"},
    )
    assert done.stderr == b""
    found = done.stdout.decode("utf-8", "surrogateescape").split("\0\0\1\0")
    return [each.split("\0") for each in found[:-1]]


def printable(words: Sequence[str]) -> list[str]:
    """The words as bytes can spell them."""
    return [each.encode("utf-8", "surrogateescape").decode("utf-8", "replace") for each in words]
