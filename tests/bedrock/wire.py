"""A local server that speaks the wire format of Bedrock's Converse and ConverseStream.

What it answers is scripted: each request takes the next turn of the model's script, or asks a
function that sees the request. Event-stream frames are made byte by byte, checksums included.
"""

import json
import struct
import threading
import time
import urllib.parse
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Request = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What the model does with one request."""

    text: str = ""
    tools: Sequence[
        tuple[str, Mapping[str, Any] | str]
    ] = ()  # name, arguments (a str: raw JSON, in a stream)
    stop: str = ""  # stopReason; by default what the content means
    error: str = ""  # throttlingException, modelTimeoutException, validationException ...
    hang_seconds: float = 0.0  # before anything is sent
    stall_seconds: float = 0.0  # in the middle of a stream
    break_stream: str = ""  # an exception event in the middle of a stream
    input_tokens: int = 100
    output_tokens: int = 20
    cache_read: int = 0

    @property
    def stop_reason(self) -> str:
        """As Bedrock gives it."""
        return self.stop or ("tool_use" if self.tools else "end_turn")


Script = Callable[[Request], Turn]

_STATUS = {
    "throttlingException": 429,
    "modelTimeoutException": 408,
    "validationException": 400,
    "accessDeniedException": 403,
    "internalServerException": 500,
    "serviceUnavailableException": 503,
}


@dataclass
class Asked:
    """One request that arrived."""

    model: str
    streamed: bool
    body: Request


@dataclass
class FakeBedrock:
    """The server; `with FakeBedrock(script) as bedrock:` starts it on a free loopback port."""

    script: Script | Sequence[Turn]
    requests: list[Asked] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._turns: Iterator[Turn] = iter(self.script if not callable(self.script) else ())
        self.stopping = threading.Event()
        self._server = _Bedrock(self)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "FakeBedrock":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()

    def turn(self, asked: Asked) -> Turn:
        """The answer to a request; a script that has run out says so in words."""
        with self._lock:
            self.requests.append(asked)
            if callable(self.script):
                return self.script(asked.body)
            return next(self._turns, Turn(text="The script has run out."))


class _Bedrock(ThreadingHTTPServer):
    """The HTTP server, which knows whose script it plays."""

    daemon_threads = True

    def __init__(self, fake: FakeBedrock) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.fake = fake


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Bedrock

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        _, _, model, verb = self.path.split("/")
        asked = Asked(
            model=urllib.parse.unquote(model), streamed=verb == "converse-stream", body=body
        )
        turn = self.server.fake.turn(asked)
        self.server.fake.stopping.wait(turn.hang_seconds)
        if turn.error:
            kind = turn.error[0].upper() + turn.error[1:]
            self._say(_STATUS[turn.error], {"message": f"scripted {turn.error}"}, kind)
        elif asked.streamed:
            self._stream(turn)
        else:
            self._say(200, _message(turn))

    def _say(self, status: int, body: Any, error: str = "") -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        if error:
            self.send_header("x-amzn-ErrorType", error)
        self.end_headers()
        self.wfile.write(raw)

    def _stream(self, turn: Turn) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/vnd.amazon.eventstream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for number, (kind, payload) in enumerate(_events(turn)):
            if number == 2:
                self.server.fake.stopping.wait(turn.stall_seconds)
                if turn.break_stream:
                    self._chunk(_frame(turn.break_stream, {"message": "scripted"}, "exception"))
                    break
            self._chunk(_frame(kind, payload, "event"))
        self._chunk(b"")

    def _chunk(self, data: bytes) -> None:
        try:
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            self.wfile.flush()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the client has given up, as it was meant to

    def log_message(self, *_: Any) -> None:
        """A server in a test keeps quiet."""


def _message(turn: Turn) -> dict[str, Any]:
    content: list[dict[str, Any]] = [{"text": turn.text}] if turn.text or not turn.tools else []
    content += [
        {
            "toolUse": {
                "toolUseId": f"call-{time.monotonic_ns()}-{number}",
                "name": name,
                "input": {} if isinstance(arguments, str) else arguments,
            }
        }
        for number, (name, arguments) in enumerate(turn.tools)
    ]
    return {
        "output": {"message": {"role": "assistant", "content": content}},
        "stopReason": turn.stop_reason,
        "usage": _usage(turn),
        "metrics": {"latencyMs": 1},
    }


def _usage(turn: Turn) -> dict[str, int]:
    return {
        "inputTokens": turn.input_tokens,
        "outputTokens": turn.output_tokens,
        "totalTokens": turn.input_tokens + turn.output_tokens + turn.cache_read,
        "cacheReadInputTokens": turn.cache_read,
        "cacheWriteInputTokens": 0,
    }


def _events(turn: Turn) -> Iterator[tuple[str, Any]]:
    yield "messageStart", {"role": "assistant"}
    index = 0
    if turn.text or not turn.tools:
        for start in range(0, max(len(turn.text), 1), 4096):
            piece = turn.text[start : start + 4096]
            yield "contentBlockDelta", {"contentBlockIndex": index, "delta": {"text": piece}}
        yield "contentBlockStop", {"contentBlockIndex": index}
        index += 1
    for name, arguments in turn.tools:
        raw = arguments if isinstance(arguments, str) else json.dumps(arguments)
        begun = {"toolUseId": f"call-{time.monotonic_ns()}-{index}", "name": name}
        yield "contentBlockStart", {"contentBlockIndex": index, "start": {"toolUse": begun}}
        for start in range(0, len(raw), 64):
            delta = {"toolUse": {"input": raw[start : start + 64]}}
            yield "contentBlockDelta", {"contentBlockIndex": index, "delta": delta}
        yield "contentBlockStop", {"contentBlockIndex": index}
        index += 1
    yield "messageStop", {"stopReason": turn.stop_reason}
    yield "metadata", {"usage": _usage(turn), "metrics": {"latencyMs": 1}}


def _frame(kind: str, payload: Any, message_type: str) -> bytes:
    """One message of application/vnd.amazon.eventstream: prelude, headers, payload, checksums."""
    headers = b"".join(
        _header(name, value)
        for name, value in (
            (f":{message_type}-type", kind),
            (":content-type", "application/json"),
            (":message-type", message_type),
        )
    )
    body = json.dumps(payload).encode()
    prelude = struct.pack("!II", 12 + len(headers) + len(body) + 4, len(headers))
    prelude += struct.pack("!I", zlib.crc32(prelude))
    message = prelude + headers + body
    return message + struct.pack("!I", zlib.crc32(message))


def _header(name: str, value: str) -> bytes:
    named, valued = name.encode(), value.encode()
    string = 7
    return struct.pack("!B", len(named)) + named + struct.pack("!BH", string, len(valued)) + valued
