"""A wire in front of an account, on which answers are changed, lost, delayed and counted."""

import contextlib
import http.client
import json
import random
import re
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

Behaviour = Callable[["Request"], None]


class Request(BaseHTTPRequestHandler):
    """One request on its way to the account."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet, or the other side waits 40 ms with its receipt
    server: "Wire"

    def _handle(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.text = f"{self.command} {self.path} {self.headers.get('X-Amz-Target', '')} " + (
            self.body.decode(errors="replace")
        )
        scope = re.search(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/", self.headers["Authorization"])
        assert scope
        self.region, self.service = scope.groups()
        with self.server.in_flight(self.service):
            for pattern, behaviour in self.server.faults:
                if re.search(pattern, self.text):
                    behaviour(self)
                    return
            self.pass_on()

    def pass_on(self) -> None:
        """Let the account answer."""
        self.answer(*self.fetch())

    def fetch(self) -> tuple[int, dict[str, str], bytes]:
        """The account's own answer: status, headers, body."""
        upstream = urlsplit(self.server.upstream)
        connection = http.client.HTTPConnection(upstream.hostname or "", upstream.port)
        with contextlib.closing(connection):
            connection.request(self.command, self.path, self.body, dict(self.headers))
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()

    def answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        """Send an answer."""
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in ("content-length", "transfer-encoding", "connection", "date"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


for verb in ("GET", "POST", "HEAD", "PUT"):
    setattr(Request, f"do_{verb}", Request._handle)


class Wire(ThreadingHTTPServer):
    """What stands between the reader and the account."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, upstream: str) -> None:
        super().__init__(("127.0.0.1", 0), Request)
        self.upstream = upstream
        self.faults: list[tuple[str, Behaviour]] = []
        self.most_in_flight: Counter[str] = Counter()
        self._now: Counter[str] = Counter()
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def when(self, pattern: str, behaviour: Behaviour) -> None:
        """Behave so on requests whose method, path, target and body match."""
        self.faults.append((pattern, behaviour))

    @contextlib.contextmanager
    def in_flight(self, service: str) -> Iterator[None]:
        with self._lock:
            self._now.update((service, "all"))
            for each in (service, "all"):
                self.most_in_flight[each] = max(self.most_in_flight[each], self._now[each])
        try:
            yield
        finally:
            with self._lock:
                self._now.subtract((service, "all"))

    def handle_error(self, request: Any, client_address: Any) -> None:
        """The reader may have hung up."""


def denying(request: Request) -> None:
    refuse(request, 403, "AccessDeniedException", "User is not authorized")


def throttling(request: Request) -> None:
    refuse(request, 400, "ThrottlingException", "Rate exceeded")


def expiring(request: Request) -> None:
    refuse(request, 400, "ExpiredTokenException", "The security token is expired")


def refusing(status: int, code: str, message: str) -> Behaviour:
    """Refuses so."""

    def behave(request: Request) -> None:
        refuse(request, status, code, message)

    return behave


def refuse(request: Request, status: int, code: str, message: str) -> None:
    """Refuse in the words of the request's protocol."""
    kind = request.headers.get("Content-Type", "")
    if request.service == "s3" or "urlencoded" in kind or request.service in ("iam", "route53"):
        error = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
        body = error if request.service == "s3" else f"<ErrorResponse>{error}</ErrorResponse>"
        request.answer(status, {"Content-Type": "text/xml"}, body.encode())
    else:
        said = json.dumps({"__type": code, "message": message}).encode()
        headers = {"Content-Type": "application/json", "x-amzn-ErrorType": code}
        request.answer(status, headers, said)


def failing_with_a_page(request: Request) -> None:
    request.answer(500, {"Content-Type": "text/html"}, b"<html><body>Oops &nbsp;</body></html>")


def knowing_no_such_page(request: Request) -> None:
    request.answer(404, {"Content-Type": "text/html"}, b"<html><body>Not Found</body></html>")


def answering_with_a_page(request: Request) -> None:
    request.answer(200, {"Content-Type": "text/html"}, b"<!DOCTYPE html><html>Log in</html>")


def answering_something_else(request: Request) -> None:
    request.answer(200, {"Content-Type": "text/xml"}, b"<Portal><Hello/></Portal>")


def cutting_off(request: Request) -> None:
    status, headers, body = request.fetch()
    request.answer(status, headers, body[: len(body) // 2])


def resetting(request: Request) -> None:
    linger = struct.pack("ii", 1, 0)
    request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    request.connection.close()
    request.close_connection = True


def never_answering(request: Request) -> None:
    time.sleep(3)
    request.close_connection = True


def dawdling(seed: int, most: float = 0.03) -> Behaviour:
    """Answers come late, and in any order."""
    chance = random.Random(seed)

    def behave(request: Request) -> None:
        time.sleep(chance.random() * most)
        request.pass_on()

    return behave


def saying(answer: Any) -> Behaviour:
    """Answers that JSON, whatever the account would."""

    def behave(request: Request) -> None:
        headers = {"Content-Type": "application/json"}
        request.answer(200, headers, json.dumps(answer).encode())

    return behave
