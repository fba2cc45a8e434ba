"""No documentation server outlives the run that started it, however that ends."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ASKING = Path(__file__).with_name("asking.py")
PATIENCE = 60.0  # seconds; nothing here takes long


def asking(kind: str, file: Path, how: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, str(ASKING), kind, str(file), how],
        cwd=Path(__file__).parents[3],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def number_in(file: Path) -> int:
    """What a server wrote there, once it has."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if file.exists():
            return int(file.read_text())
        time.sleep(0.05)
    raise AssertionError(f"no server wrote {file.name}")


def is_running(pid: int) -> bool:
    """A process that has ended, and that nobody has asked how, does not run."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def assert_ends(pid: int) -> None:
    until = time.monotonic() + PATIENCE
    while is_running(pid) and time.monotonic() < until:
        time.sleep(0.05)
    assert not is_running(pid)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into /proc")
@pytest.mark.parametrize(
    ("kind", "how", "sent"),
    [
        ("hung", "closing", signal.SIGINT),  # it never gets ready
        ("slow", "closing", signal.SIGINT),  # it never answers
        ("well", "leaving", signal.SIGKILL),  # it notices that nobody is there any more
        ("well", "forgetting", None),
    ],
)
def test_a_server_ends_with_the_run(
    tmp_path: Path, kind: str, how: str, sent: signal.Signals | None
) -> None:
    file = tmp_path / "pid"
    run = asking(kind, file, how)
    try:
        server = number_in(file)
        if kind == "slow":
            number_in(tmp_path / "pid.called")
        if sent is not None:
            run.send_signal(sent)
        run.communicate(b"\n", timeout=PATIENCE)
        assert_ends(server)
    finally:
        run.kill()
        run.wait()
