"""An AWS account that lives in this process and answers on 127.0.0.1 only."""

import errno
import logging
import os
import socket
import threading
from collections.abc import Iterable, Mapping
from functools import cache
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Self

from state.errors import PortTaken
from tools.embedded.amendments import amend, answer_for_moto
from tools.embedded.samples import Sample, sample

if TYPE_CHECKING:
    import boto3
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from flask import Flask
    from werkzeug.serving import BaseWSGIServer

ADDRESS = "127.0.0.1"
REGION = "us-east-1"
ACCESS_KEY_ID = "AKIAEMBEDDEDACCOUNT0"
SECRET_ACCESS_KEY = "no-secret-at-all"
SESSION_TOKEN = "no-token-at-all"
MUST_BE_UNSET = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")  # would name a profile that is not there

_SEED = 20261123  # the same ids at every start
_PAGES, _PAGE = {404, 405, 500}, b"<!doctype html>"  # moto's answers for people
_STOPS_WITHIN = 0.02  # seconds between looks at whether to stop


class EmbeddedAccount:
    """An embedded AWS account, running while the context lasts, empty at first.

    The state behind it is the process's: only one account runs at a time, and each starts empty.

    Raises:
        PortTaken: something else listens on the port asked for.
        RuntimeError: another embedded account is running in this process.
    """

    _running = threading.Lock()

    def __init__(self, *, port: int = 0, region: str = REGION) -> None:
        """`port` 0: any that is free."""
        self.region = region
        self.built: dict[str, Sample] = {}
        self._port = port
        self._server: BaseWSGIServer | None = None
        self._thread: threading.Thread | None = None
        self._silences = (_Silence("moto"), _Silence("werkzeug"))
        self._blindfold = _Blindfold()
        self._session: boto3.Session | None = None

    def __enter__(self) -> Self:
        if not self._running.acquire(blocking=False):
            raise RuntimeError("another embedded account is running in this process")
        self._blindfold.begin()
        try:
            listening = _listen(self._port)
            self._server = _serve(listening)
        except BaseException:
            self._blindfold.end()
            self._running.release()
            raise
        for silence in self._silences:
            silence.begin()
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            args=(_STOPS_WITHIN,),
            name="embedded-account",
            daemon=True,
        )
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._server and self._thread:
            self._server.shutdown()
            self._thread.join()
        self._server = self._thread = self._session = None
        for silence in self._silences:
            silence.end()
        self._blindfold.end()
        self._running.release()

    @property
    def endpoint_url(self) -> str:
        """Where every AWS service answers."""
        if self._server is None:
            raise RuntimeError("the embedded account is not running: use it in a `with` statement")
        return f"http://{ADDRESS}:{self._server.port}"

    def session(self) -> "boto3.Session":
        """A session with made-up credentials, blind to the user's profile, settings and proxies."""
        return _session(self.endpoint_url, self.region)

    def environment(self) -> dict[str, str]:
        """What to export so that the AWS CLI or any SDK uses this account and looks nowhere else.

        `MUST_BE_UNSET` names the variables that must not be set beside them.
        """
        bypassed = [each for each in (os.environ.get("NO_PROXY"), ADDRESS) if each]
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
            "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
            "AWS_SESSION_TOKEN": SESSION_TOKEN,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false",
            "AWS_USE_FIPS_ENDPOINT": "false",
            "AWS_USE_DUALSTACK_ENDPOINT": "false",
            "NO_PROXY": ",".join(dict.fromkeys(bypassed)),
        }

    def build(self, *names: str) -> tuple[Sample, ...]:
        """Build the sample workloads named; one that stands already is left as it is.

        Raises:
            WrongUse: there is no sample of that name.
        """
        chosen = tuple(sample(name) for name in names)
        if self._session is None:
            self._session = self.session()
        client = cache(self._session.client)
        for each in chosen:
            if each.name not in self.built:
                each.build(client)
                self.built[each.name] = each
        return chosen


def _listen(port: int) -> socket.socket:
    """A bound socket, so that a taken port is told before anything starts."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((ADDRESS, port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        if error.errno in {errno.EADDRINUSE, errno.EACCES}:
            raise PortTaken(
                f"port {port} on {ADDRESS} cannot be used ({error.strerror}): "
                "choose another --port, or leave it out for any free one"
            ) from error
        raise
    return listening


def _serve(listening: socket.socket) -> "BaseWSGIServer":
    """Moto's application, emptied, behind a server that does not log requests.

    Not `ThreadedMotoServer`: on a taken port it waits for ever, and it takes half a second to stop.
    """
    from moto import settings
    from moto.moto_api._internal import mock_random
    from moto.moto_api._internal.models import moto_api_backend
    from moto.moto_server.werkzeug_app import (
        DomainDispatcherApplication,
        MotoRequestHandler,
        create_backend_app,
    )
    from werkzeug.serving import make_server

    class QuietHandler(MotoRequestHandler):
        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Say nothing."""

    class QuietApplication(DomainDispatcherApplication):
        def get_backend_for_host(self, host: str | None) -> Any:
            """The backend, or None without moto's word on stdout, which is the report's."""
            known = (pattern.match(f"http://{host}") for _, pattern in self.backend_url_patterns)
            if host and host.endswith(".amazonaws.com") and not any(known):
                return None
            return super().get_backend_for_host(host)

    def backend(service: Any) -> "Flask":
        amend(service)
        return create_backend_app(service)

    moto_api_backend.reset()
    mock_random.seed(_SEED)
    settings.ACM_VALIDATION_WAIT = -1  # seconds until a certificate is issued: at once
    with listening:
        return make_server(
            ADDRESS,
            listening.getsockname()[1],
            _admit_what_is_missing(QuietApplication(backend)),
            threaded=True,
            request_handler=QuietHandler,
            fd=listening.fileno(),
        )


def _admit_what_is_missing(application: "WSGIApplication") -> "WSGIApplication":
    """Answer 501 where moto lacks a call: an SDK takes that for what it is, and does not retry.

    Moto itself raises, or answers with a page for people: to an SDK an outage, or nothing found.
    """
    from werkzeug.wrappers import Response

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        try:
            response = answer_for_moto(environ) or Response.from_app(
                application, environ, buffered=True
            )
            missing = response.status_code in _PAGES and response.data.startswith(_PAGE)
        except Exception:  # whatever moto raises, it cannot answer the call
            missing = True
        return (Response(status=501) if missing else response)(environ, start_response)

    return answer


def _session(endpoint_url: str, region: str) -> "boto3.Session":
    import boto3
    import botocore.session
    from botocore.config import Config

    class EmbeddedSession(boto3.Session):  # type: ignore[misc]  # boto3 is untyped
        def client(self, *arguments: Any, **options: Any) -> Any:
            """A client of the embedded account, whatever endpoints the environment names."""
            options["endpoint_url"] = options.get("endpoint_url") or endpoint_url
            return super().client(*arguments, **options)

    of_nobody = {
        name: (None, None, default, convert)
        for name, (_, _, default, convert) in botocore.session.Session.SESSION_VARIABLES.items()
    }
    of_nobody["config_file"] = (None, None, os.devnull, None)
    of_nobody["credentials_file"] = (None, None, os.devnull, None)
    core = botocore.session.Session(session_vars=of_nobody)
    core.set_default_client_config(
        Config(proxies={}, retries={"mode": "standard", "total_max_attempts": 1})
    )
    return EmbeddedSession(
        aws_access_key_id=ACCESS_KEY_ID,
        aws_secret_access_key=SECRET_ACCESS_KEY,
        aws_session_token=SESSION_TOKEN,
        region_name=region,
        botocore_session=core,
    )


class _Silence:
    """A logger that is silent meanwhile: a call moto lacks is a gap, no traceback on stderr."""

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(name)
        self._level = self._logger.level

    def begin(self) -> None:
        self._level = self._logger.level
        self._logger.setLevel(logging.CRITICAL + 1)

    def end(self) -> None:
        self._logger.setLevel(self._level)


class _Blindfold:
    """The user's profile and configuration out of sight meanwhile.

    Moto makes AWS sessions of its own, which a profile that is not there, or a file that cannot be
    parsed, would break. Sessions that are to see the user's settings are made before.
    """

    _UNSEEN: ClassVar = {
        **dict.fromkeys(MUST_BE_UNSET),
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }

    def __init__(self) -> None:
        self._seen: dict[str, str | None] = {}

    def begin(self) -> None:
        self._seen = {name: os.environ.get(name) for name in self._UNSEEN}
        self._set(self._UNSEEN)

    def end(self) -> None:
        self._set(self._seen)

    @staticmethod
    def _set(variables: Mapping[str, str | None]) -> None:
        for name, value in variables.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
