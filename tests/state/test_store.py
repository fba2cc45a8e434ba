"""The store: what is kept comes back as it was, and what cannot be used says why."""

import os
import pwd
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from state.errors import Fixable, StoreUnusable, ThreadConflict, UnknownThread, WrongUse
from state.objectives import Objectives
from state.snapshot import Selector
from state.store import FORMAT, RunRow, Store, default_url, home

OBJECTIVES = Objectives(rto_seconds=60, rpo_seconds=60)
ROOT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "seeams.db"


def open_store(path: Path, patience: float = 0.2) -> Store:
    return Store(f"sqlite:///{path}", patience=patience)


@contextmanager
def another_process(code: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """A second Python at work; it says `ready` when it has got there, and is killed at the end."""
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdout
    try:
        assert process.stdout.readline().strip() == "ready"
        yield process
    finally:
        process.kill()
        process.communicate()


HOLD_THREAD = """
    import sys
    from pathlib import Path
    from state.store import Store
    with Store("sqlite:///" + sys.argv[1]) as store, store.only_writer(sys.argv[2]):
        print("ready", flush=True)
        sys.stdin.read()
"""
HOLD_FILE = """
    import sqlite3, sys
    connection = sqlite3.connect(sys.argv[1])
    connection.execute("BEGIN EXCLUSIVE")
    print("ready", flush=True)
    sys.stdin.read()
"""


# -- blobs -----------------------------------------------------------------------------------------


def test_what_is_put_comes_back(path: Path) -> None:
    with open_store(path) as store:
        digest = store.put(OBJECTIVES)
        assert store.get(Objectives, digest) == OBJECTIVES
    with open_store(path) as store:
        revived = store.get(Objectives, digest)
    assert revived == OBJECTIVES
    assert type(revived) is Objectives


def test_the_same_content_is_kept_once(path: Path) -> None:
    with open_store(path) as store:
        again = Objectives(rto_seconds=60, rpo_seconds=60)
        assert store.put(OBJECTIVES) == store.put(again)
        assert store.put(OBJECTIVES) != store.put(Objectives(rto_seconds=61, rpo_seconds=60))
    assert _count(path, "seeams_blobs") == 2


def test_a_digest_that_is_not_there_is_refused(path: Path) -> None:
    with open_store(path) as store, pytest.raises(StoreUnusable, match="lacks sha256:0"):
        store.get(Objectives, "sha256:0")


@pytest.mark.parametrize("body", [b"", b"not compressed", None], ids=["empty", "noise", "other"])
def test_a_changed_blob_is_refused(path: Path, body: bytes | None) -> None:
    with open_store(path) as store:
        digest = store.put(OBJECTIVES)
        store.put(Objectives(rto_seconds=1, rpo_seconds=1))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "UPDATE seeams_blobs SET body = coalesce(?, (SELECT body FROM seeams_blobs "
            "WHERE digest != ?)) WHERE digest = ?",
            (body, digest, digest),
        )
    with open_store(path) as store, pytest.raises(StoreUnusable, match="was changed"):
        store.get(Objectives, digest)


def test_a_blob_of_another_kind_is_refused(path: Path) -> None:
    with open_store(path) as store:
        digest = store.put(Selector(stack="shop"))
    with open_store(path) as store, pytest.raises(StoreUnusable, match="is no Objectives"):
        store.get(Objectives, digest)


# -- runs ------------------------------------------------------------------------------------------


def _row(run: str, thread: str = "shop", **fields: object) -> RunRow:
    defaults = {"kind": "assess", "workload": "w", "started_at": datetime(2026, 1, 1, tzinfo=UTC)}
    return RunRow.model_validate({"run": run, "thread": thread, **defaults, **fields})


def test_runs_are_listed_oldest_first_and_replaced_by_their_id(path: Path) -> None:
    with open_store(path) as store:
        store.note_run(_row("b", started_at=datetime(2026, 1, 2, tzinfo=UTC)))
        store.note_run(_row("a"))
        store.note_run(_row("c", thread="other"))
        store.note_run(_row("a", letter="B"))
        assert [(row.run, row.letter) for row in store.runs("shop")] == [("a", "B"), ("b", None)]
        assert len(store.runs()) == 3


@pytest.mark.parametrize("row", [b"\xff\xff", b"{}"], ids=["no text", "no run"])
def test_a_run_that_cannot_be_read_says_the_file_is_damaged(path: Path, row: bytes) -> None:
    with open_store(path) as store:
        store.note_run(_row("a"))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE seeams_runs SET row = CAST(? AS TEXT)", (row,))
    with open_store(path) as store, pytest.raises(StoreUnusable, match=r"is damaged \([^{\xff]*\)"):
        store.runs()


def test_a_full_disk_is_told_from_a_folder_that_cannot_be_written(path: Path) -> None:
    with open_store(path) as store:
        store._connection.execute("PRAGMA max_page_count = 1")
        with pytest.raises(StoreUnusable, match="free some space"):
            store.put(Selector(stack="".join(map(chr, range(256, 9000)))))


def test_an_unknown_thread_names_those_that_are_known(path: Path) -> None:
    with open_store(path) as store:
        with pytest.raises(UnknownThread, match="nothing is stored yet"):
            store.require_runs("shop")
        store.note_run(_row("a", thread="food"))
        store.note_run(_row("b", thread="drinks"))
        with pytest.raises(UnknownThread, match="food, drinks"):
            store.require_runs("shop")
        assert len(store.require_runs("food")) == 1


# -- files that cannot be used ---------------------------------------------------------------------


def test_a_corrupt_file_is_refused_and_left_alone(path: Path) -> None:
    with open_store(path) as store:
        store.put(OBJECTIVES)
    content = b"SQLite format 3\x00" + os.urandom(8000)
    path.write_bytes(content)
    with pytest.raises(StoreUnusable, match=r"damaged|cannot be used"):
        open_store(path)
    assert path.read_bytes() == content


def test_a_text_file_is_refused(path: Path) -> None:
    path.write_text("a diary, not a database, and quite a long one at that " * 50)
    with pytest.raises(StoreUnusable, match="damaged"):
        open_store(path)


def test_a_damaged_page_is_said_to_be_damage(path: Path) -> None:
    with open_store(path) as store:
        digests = [store.put(Objectives(rto_seconds=i, rpo_seconds=1)) for i in range(1, 200)]
    content = bytearray(path.read_bytes())
    content[4096:] = os.urandom(len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(StoreUnusable, match="damaged"), open_store(path) as store:
        _ = [store.get(Objectives, digest) for digest in digests]


def test_the_file_of_another_program_is_refused_and_left_alone(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE diary (entry TEXT)")
    with pytest.raises(StoreUnusable, match="another program"):
        open_store(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("diary",)]


def test_a_file_of_a_newer_version_is_refused(path: Path) -> None:
    with open_store(path):
        pass
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {FORMAT + 1}")
    with pytest.raises(StoreUnusable, match=r"newer seeams.*upgrade"):
        open_store(path)


def test_creation_that_was_cut_short_is_completed(path: Path) -> None:
    with open_store(path):
        pass
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DROP TABLE seeams_runs")
        connection.execute("PRAGMA user_version = 0")
    with open_store(path) as store:
        assert store.runs() == []


def test_a_file_that_another_process_holds_is_said_to_be_locked(path: Path) -> None:
    with open_store(path) as store:
        digest = store.put(OBJECTIVES)
    with another_process(HOLD_FILE, path), open_store(path) as store:
        assert store.get(Objectives, digest) == OBJECTIVES, "readers need not wait"
        with pytest.raises(StoreUnusable, match="locked by another program"):
            store.put(Objectives(rto_seconds=1, rpo_seconds=1))
    with open_store(path) as store:
        assert store.put(Objectives(rto_seconds=1, rpo_seconds=1))


def test_a_new_file_that_another_process_holds_is_said_to_be_locked(path: Path) -> None:
    with (
        another_process(HOLD_FILE, path),
        pytest.raises(StoreUnusable, match="locked by another program"),
    ):
        open_store(path)


@pytest.fixture
def as_anybody() -> Iterator[Path]:
    """A folder that may be read, not written; who is root becomes nobody meanwhile."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with open_store(folder / "old.db") as store:
            store.put(OBJECTIVES)
        (folder / "old.db").chmod(0o444)
        folder.chmod(0o555)
        root = os.geteuid() == 0
        if root:
            os.seteuid(pwd.getpwnam("nobody").pw_uid)
        try:
            yield folder
        finally:
            if root:
                os.seteuid(0)
            folder.chmod(0o755)


def test_a_read_only_folder_is_refused(as_anybody: Path) -> None:
    with pytest.raises(StoreUnusable, match="make its folder writable, or name another --store"):
        open_store(as_anybody / "new.db")


def test_a_read_only_file_is_refused_when_it_is_written(as_anybody: Path) -> None:
    with pytest.raises(StoreUnusable), open_store(as_anybody / "old.db") as store:
        store.put(Objectives(rto_seconds=1, rpo_seconds=1))


def test_a_home_that_cannot_be_made_is_refused(
    as_anybody: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEEAMS_HOME", str(as_anybody / "deeper" / "home"))
    with pytest.raises(StoreUnusable, match="cannot be used"):
        Store()


def test_a_lock_that_cannot_be_made_is_refused(path: Path) -> None:
    with open_store(path) as store:
        store.path = Path("/dev/null/seeams.db")
        with pytest.raises(StoreUnusable, match="cannot be used"), store.only_writer("shop"):
            pytest.fail("held without a lock")


def test_a_folder_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(StoreUnusable, match="cannot be used"):
        open_store(tmp_path)


@pytest.mark.parametrize("url", ["seeams.db", "postgres://host/db", "sqlite://relative.db", ""])
def test_addresses_of_no_known_kind_are_wrong_use(url: str) -> None:
    with pytest.raises(WrongUse, match="is no store"):
        Store(url or "file")


def test_where_state_is_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SEEAMS_HOME", str(tmp_path / "mine"))
    assert default_url() == f"sqlite:///{tmp_path / 'mine' / 'seeams.db'}"
    with Store() as store:
        assert store.path.is_file()
    monkeypatch.setenv("SEEAMS_STORE", "sqlite:///elsewhere.db")
    assert default_url() == "sqlite:///elsewhere.db"
    monkeypatch.delenv("SEEAMS_HOME")
    assert home().name == "seeams"


# -- several at once -------------------------------------------------------------------------------


def test_a_thread_has_one_writer(path: Path) -> None:
    with another_process(HOLD_THREAD, path, "shop"), open_store(path) as store:
        with (
            pytest.raises(ThreadConflict, match=r"working on thread 'shop'") as conflict,
            store.only_writer("shop"),
        ):
            pytest.fail("two writers on one thread")
        assert isinstance(conflict.value, Fixable)
        with store.only_writer("other"):
            store.put(OBJECTIVES)
    with open_store(path) as store, store.only_writer("shop"):
        pass  # the other was killed: its hold went with it


def test_a_hold_is_let_go_when_the_work_fails(path: Path) -> None:
    with open_store(path) as store:
        with pytest.raises(KeyboardInterrupt), store.only_writer("shop"):
            raise KeyboardInterrupt
        with store.only_writer("shop"):
            pass


def test_many_processes_create_and_write_one_store(path: Path) -> None:
    code = textwrap.dedent("""
        import sys
        from state.objectives import Objectives
        from state.store import Store
        with Store("sqlite:///" + sys.argv[1]) as store:
            for i in range(1, 21):
                store.put(Objectives(rto_seconds=i, rpo_seconds=int(sys.argv[2])))
    """)
    several = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(path), str(number)],
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(1, 5)
    ]
    assert [(p.communicate()[1], p.returncode) for p in several] == [("", 0)] * 4
    assert _count(path, "seeams_blobs") == 80


def _count(path: Path, table: str) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
