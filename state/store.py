"""Where state is kept: checkpoints, the content-addressed blobs they point to, and the runs.

One SQLite file holds all three, so copying it moves every conversation. Blobs are zstd-compressed
JSON under the SHA-256 of what they hold; a saver that writes its whole state at every step would
otherwise write the snapshot a dozen times.
"""

import hashlib
import importlib
import inspect
import os
import pkgutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import urlsplit

import zstandard
from filelock import FileLock, Timeout
from pydantic import BaseModel, ValidationError

from state.errors import StoreUnusable, ThreadConflict, UnknownThread, WrongUse

if TYPE_CHECKING:
    from langgraph.checkpoint.base import BaseCheckpointSaver

FORMAT = 1  # of the file; a newer program may raise it, an older one refuses what it does not know
_APPLICATION = 0x5EEA

Model = TypeVar("Model", bound=BaseModel)


class RunRow(BaseModel):
    """One line of the list of runs."""

    thread: str
    run: str
    kind: str
    workload: str
    started_at: datetime
    finished_at: datetime | None = None
    letter: str | None = None
    checkpoint: str = ""
    report: str = ""  # digest


def home() -> Path:
    """The folder for state: `SEEAMS_HOME`, or the platform's folder for application data."""
    if configured := os.environ.get("SEEAMS_HOME"):
        return Path(configured)
    import platformdirs

    return Path(platformdirs.user_data_dir("seeams", appauthor=False))


def default_url() -> str:
    """The store used when none is named: `SEEAMS_STORE`, or a file in the home folder."""
    return os.environ.get("SEEAMS_STORE") or f"sqlite:///{home() / 'seeams.db'}"


class Store:
    """An open store. Use it as a context manager."""

    def __init__(self, url: str | None = None, *, patience: float = 10.0) -> None:
        """Open, and create if there is none.

        Args:
            url: `sqlite:///path`; None for the default.
            patience: seconds to wait while another process writes.

        Raises:
            WrongUse: the address is of no kind that is known.
            StoreUnusable: the file is locked, corrupt, not a store, or from a newer version.
        """
        self.path = _path_of(url or default_url())
        self._patience = patience
        self._lock = threading.Lock()
        self._cache: dict[str, BaseModel] = {}
        self._savers: list[sqlite3.Connection] = []
        with _explained(self.path), _writable(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = self._connect()
        try:
            with _explained(self.path):
                self._prepare()
        except BaseException:
            self._connection.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; what was written stays."""
        for connection in (*self._savers, self._connection):
            connection.close()

    # -- blobs ----------------------------------------------------------------------------------

    def put(self, model: BaseModel) -> str:
        """Keep a model; returns its digest, `sha256:...`. The same content is kept once."""
        content = model.model_dump_json().encode()
        digest = _digest(content)
        body = zstandard.compress(content)
        with _explained(self.path), self._lock, self._connection:
            self._connection.execute(
                "INSERT OR IGNORE INTO seeams_blobs (digest, body) VALUES (?, ?)", (digest, body)
            )
        self._cache[digest] = model
        return digest

    def get(self, kind: type[Model], digest: str) -> Model:
        """The model kept under a digest.

        Raises:
            StoreUnusable: it is not there, or not what its digest says.
        """
        known = self._cache.get(digest)
        if isinstance(known, kind):
            return known
        with _explained(self.path), self._lock:
            row = self._connection.execute(
                "SELECT body FROM seeams_blobs WHERE digest = ?", (digest,)
            ).fetchone()
        if row is None:
            raise StoreUnusable(f"{self.path} lacks {digest}: the store was cut short or edited")
        model = _revived(kind, digest, row[0], self.path)
        self._cache[digest] = model
        return model

    # -- runs -----------------------------------------------------------------------------------

    def note_run(self, row: RunRow) -> None:
        """Add a run to the list, or replace what was noted of it."""
        with _explained(self.path), self._lock, self._connection:
            self._connection.execute(
                "INSERT OR REPLACE INTO seeams_runs (run, thread, started_at, row) "
                "VALUES (?, ?, ?, ?)",
                (row.run, row.thread, row.started_at.isoformat(), row.model_dump_json()),
            )

    def forget_run(self, row: RunRow) -> None:
        """Take a run off the list: it came to nothing."""
        with _explained(self.path), self._lock, self._connection:
            self._connection.execute("DELETE FROM seeams_runs WHERE run = ?", (row.run,))

    def runs(self, thread: str | None = None) -> list[RunRow]:
        """Every run, or those of a thread, oldest first."""
        query = "SELECT row FROM seeams_runs"
        arguments: tuple[str, ...] = ()
        if thread is not None:
            query, arguments = query + " WHERE thread = ?", (thread,)
        with _explained(self.path), self._lock:
            rows = self._connection.execute(query + " ORDER BY started_at, rowid", arguments)
            texts = [row[0] for row in rows.fetchall()]
        try:
            return [RunRow.model_validate_json(text) for text in texts]
        except ValidationError as error:
            raise _damaged(self.path, ValueError("a run that cannot be read")) from error

    def require_runs(self, thread: str) -> list[RunRow]:
        """The runs of a thread.

        Raises:
            UnknownThread: there are none; names those that exist.
        """
        rows = self.runs(thread)
        if not rows:
            known = list(dict.fromkeys(row.thread for row in self.runs()))
            hint = f"known threads: {', '.join(known[-10:])}" if known else "nothing is stored yet"
            raise UnknownThread(
                f"no thread {thread!r} in {self.path} ({hint}). See `seeams threads`"
            )
        return rows

    @contextmanager
    def only_writer(self, thread: str) -> Iterator[None]:
        """Hold a thread for one process at a time.

        Raises:
            ThreadConflict: another process is at work on it.
        """
        name = hashlib.sha256(thread.encode()).hexdigest()[:16]
        lock = FileLock(self.path.with_name(f"{self.path.name}.{name}.lock"))
        try:
            with _writable(self.path):
                lock.acquire(timeout=0)
        except Timeout as error:
            raise ThreadConflict(
                f"somebody else is working on thread {thread!r}: wait for it, or pass --thread"
            ) from error
        try:
            yield
        finally:
            lock.release()

    # -- checkpoints ----------------------------------------------------------------------------

    def checkpointer(self) -> "BaseCheckpointSaver[str]":
        """A LangGraph saver in the same file; it revives the classes of `state` and no others."""
        from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
        from langgraph.checkpoint.sqlite import SqliteSaver

        connection = self._connect()
        self._savers.append(connection)
        path = self.path

        class Explaining(JsonPlusSerializer):
            """Says which file holds a checkpoint that cannot be read."""

            def loads_typed(self, data: tuple[str, bytes]) -> Any:
                try:
                    return super().loads_typed(data)
                except Exception as error:  # of msgpack, zstd, pydantic: whatever the bytes became
                    raise _damaged(path, error) from error

        serde = Explaining(allowed_msgpack_modules=stored_classes())
        saver: BaseCheckpointSaver[str] = SqliteSaver(connection, serde=serde)
        return saver

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turn what SQLite raises in here into StoreUnusable."""
        with _explained(self.path):
            yield

    # -- the file -------------------------------------------------------------------------------

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, timeout=self._patience, check_same_thread=False)

    def _prepare(self) -> None:
        connection = self._connection
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if tables and application != _APPLICATION:
            raise StoreUnusable(
                f"{self.path} is a database of another program: name another --store"
            )
        if version > FORMAT:
            raise StoreUnusable(
                f"{self.path} was written by a newer seeams (format {version}, this one knows "
                f"{FORMAT}): upgrade, or name another --store"
            )
        if version == FORMAT:
            return
        connection.execute("PRAGMA journal_mode = WAL")
        with connection:
            connection.execute(f"PRAGMA application_id = {_APPLICATION}")
            connection.execute(
                "CREATE TABLE IF NOT EXISTS seeams_blobs "
                "(digest TEXT PRIMARY KEY, body BLOB NOT NULL)"
            )
            connection.execute(
                "CREATE TABLE IF NOT EXISTS seeams_runs (run TEXT PRIMARY KEY, "
                "thread TEXT NOT NULL, started_at TEXT NOT NULL, row TEXT NOT NULL)"
            )
            connection.execute(f"PRAGMA user_version = {FORMAT}")


def stored_classes() -> list[tuple[str, str]]:
    """(module, name) of every class in `state` that a checkpoint may hold."""
    package = importlib.import_module("state")
    found = []
    for info in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"state.{info.name}")
        found += [
            (module.__name__, name)
            for name, kind in inspect.getmembers(module, inspect.isclass)
            if issubclass(kind, BaseModel | Enum) and kind.__module__ == module.__name__
        ]
    return sorted(found)


def now() -> datetime:
    """The time of day, UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def _path_of(url: str) -> Path:
    parts = urlsplit(url)
    if parts.scheme != "sqlite" or not url.startswith("sqlite:///"):
        raise WrongUse(f"{url!r} is no store: use sqlite:///path/to/file.db")
    return Path(url.removeprefix("sqlite:///")).expanduser()


def _revived(kind: type[Model], digest: str, body: bytes, path: Path) -> Model:
    try:
        content = zstandard.decompress(body)
    except zstandard.ZstdError:
        content = b""
    if digest != _digest(content):
        raise StoreUnusable(
            f"{path}: what is kept as {digest} was changed: restore the file from a copy, or "
            "assess the workload again"
        )
    try:
        return kind.model_validate_json(content)
    except ValidationError as error:
        raise StoreUnusable(
            f"{path}: {digest} is no {kind.__name__} as this version knows it: upgrade, or assess "
            "the workload again"
        ) from error


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn what SQLite raises into StoreUnusable; nothing else, which may not be the store's."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise StoreUnusable(
                f"{path} is locked by another program: wait for it, or name another --store"
            ) from error
        if "is full" in str(error):
            raise StoreUnusable(
                f"{path} cannot grow ({error}): free some space, or name another --store; then run "
                "the same command again"
            ) from error
        if "decode" in str(error):
            raise _damaged(path, error) from error
        raise StoreUnusable(_cannot_be_used(path, error)) from error
    except sqlite3.DatabaseError as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> StoreUnusable:
    what = str(error).partition(" with text")[0]  # the rest quotes what is kept
    return StoreUnusable(
        f"{path} is damaged ({what}): restore it from a copy, move it away, or name another --store"
    )


@contextmanager
def _writable(path: Path) -> Iterator[None]:
    """Turn what the file system raises into StoreUnusable."""
    try:
        yield
    except Timeout:
        raise
    except OSError as error:
        raise StoreUnusable(_cannot_be_used(path, error)) from error


def _cannot_be_used(path: Path, error: Exception) -> str:
    return f"{path} cannot be used ({error}): make its folder writable, or name another --store"
