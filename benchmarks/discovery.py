"""What discovery costs: calls, seconds, CPU and memory at several sizes of an account.

    python benchmarks/discovery.py --sizes 50 500 [--maker PATH] [--latency-ms 50] [--json FILE]

A moto server is filled with N resources (by the maker, a script that takes `--n N --truth FILE` and
honours AWS_ENDPOINT_URL, or by a generator of our own). In front of it stands a wire that replays
what it has heard before and holds each answer until the latency has passed, so that neither moto's
slowness nor its single core is measured. Each measured run is a process of its own.
"""

import argparse
import hashlib
import http.client
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

REGION = "us-east-1"
_CODE = b"PK\x05\x06" + bytes(18)  # an empty archive
SCOPE = re.compile(r"Credential=[^/]+/\d+/([^/]+/[^/]+)/")
# Calls, seconds, CPU seconds, megabytes: collecting, checking, grading and reporting together.
TARGETS = {50: (70, 2.5, 2.2, 160), 500: (260, 3.5, 3, 170), 5000: (2300, 12, 12, 250)}


# -- the wire -------------------------------------------------------------------------------------


class _Exchange(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet, or the other side waits 40 ms with its receipt
    server: "_Wire"

    def exchange(self) -> None:
        arrived = time.monotonic()
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        scope = SCOPE.search(self.headers.get("Authorization", ""))
        said = f"{scope and scope[1]} {self.command} {self.path} {self.headers.get('X-Amz-Target')}"
        key = hashlib.sha256(said.encode() + body).hexdigest()
        if key not in self.server.heard:
            self.server.heard[key] = self._ask(body)
        status, headers, answer = self.server.heard[key]
        time.sleep(max(0.0, self.server.latency - (time.monotonic() - arrived)))
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in ("content-length", "transfer-encoding", "connection", "date"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def _ask(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        upstream = urlsplit(self.server.upstream)
        connection = http.client.HTTPConnection(upstream.hostname or "", upstream.port)
        with closing(connection):
            connection.request(self.command, self.path, body, dict(self.headers))
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


for verb in ("GET", "POST", "HEAD", "PUT"):
    setattr(_Exchange, f"do_{verb}", _Exchange.exchange)


class _Wire(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, upstream: str, latency: float) -> None:
        super().__init__(("127.0.0.1", 0), _Exchange)
        self.upstream, self.latency = upstream, latency
        self.heard: dict[str, tuple[int, list[tuple[str, str]], bytes]] = {}


def serve_account_behind_wire(latency_ms: float) -> None:
    """Run moto and the wire until standard input closes; print both addresses."""
    from tools.embedded.server import EmbeddedAccount

    with EmbeddedAccount(region=REGION) as account:
        wire = _Wire(account.endpoint_url, latency_ms / 1000)
        threading.Thread(target=wire.serve_forever, daemon=True).start()
        addresses = [account.endpoint_url, f"http://127.0.0.1:{wire.server_port}"]
        sys.stdout.write(json.dumps(addresses) + "\n")
        sys.stdout.flush()
        sys.stdin.read()


# -- the account ----------------------------------------------------------------------------------


def fill(endpoint: str, resources: int) -> str:
    """Fill the account with a fixed mixture of tagged and as many foreign resources; the tag."""
    import boto3

    session = boto3.Session("benchmark", "benchmark", region_name=REGION)
    client = cache(lambda name: session.client(name, endpoint_url=endpoint))
    trust = {"Version": "2012-10-17", "Statement": []}
    for owner in ("bench", "other"):
        role = client("iam").create_role(
            RoleName=owner, AssumeRolePolicyDocument=json.dumps(trust), Tags=_pairs(owner)
        )["Role"]["Arn"]
        for number in range(1, resources):
            _make_one(client, owner, number, role)
    return "workload=bench"


def _make_one(client: Callable[[str], Any], owner: str, number: int, role: str) -> None:
    """One resource of the mixture: of ten, three functions, two queues, two tables ..."""
    name, tags, pairs = f"{owner}-{number}", {"workload": owner}, _pairs(owner)
    match number % 10:
        case 0 | 1 | 2:
            client("lambda").create_function(
                FunctionName=name,
                Runtime="python3.13",
                Role=role,
                Handler="index.handler",
                Code={"ZipFile": _CODE},
                Tags=tags,
            )
        case 3 | 4:
            client("sqs").create_queue(QueueName=name, tags=tags)
        case 5 | 6:
            client("dynamodb").create_table(
                TableName=name,
                AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                BillingMode="PAY_PER_REQUEST",
                Tags=pairs,
            )
        case 7:
            client("s3").create_bucket(Bucket=name)
            client("s3").put_bucket_tagging(Bucket=name, Tagging={"TagSet": pairs})
        case 8:
            client("sns").create_topic(Name=name, Tags=pairs)
        case _:
            client("logs").create_log_group(logGroupName=name, tags=tags)


def _pairs(owner: str) -> list[dict[str, str]]:
    return [{"Key": "workload", "Value": owner}]


def make(endpoint: str, resources: int, maker: Path | None) -> str:
    """Fill the account by the maker, if there is one; the tag of what is to be read."""
    if maker is None:
        return fill(endpoint, resources)
    with tempfile.TemporaryDirectory() as folder:
        truth = str(Path(folder) / "truth.json")
        subprocess.run(
            [sys.executable, str(maker), "--n", str(resources), "--truth", truth],
            env=environment(endpoint),
            check=True,
            stdout=subprocess.DEVNULL,
        )
    return "workload=bench"


def environment(endpoint: str) -> dict[str, str]:
    """What a process needs in its environment to talk to the account at this address."""
    mine = {"AWS_ENDPOINT_URL": endpoint, "AWS_DEFAULT_REGION": REGION}
    keys = {"AWS_ACCESS_KEY_ID": "benchmark", "AWS_SECRET_ACCESS_KEY": "benchmark"}
    return {**os.environ, **mine, **keys}


# -- the measurement ------------------------------------------------------------------------------


def measure(endpoint: str, tag: str) -> dict[str, Any]:
    """Discover once, in this process, from its start; what that cost."""
    import boto3

    from state.snapshot import Selector
    from tools.aws.account import Account
    from tools.aws.discovery import discover

    key, _, value = tag.partition("=")
    session = boto3.Session("benchmark", "benchmark", region_name=REGION)
    started = time.perf_counter()
    account = Account(session, endpoint_url=endpoint, attempts=1)
    snapshot = discover(account, Selector(tags={key: value}), [REGION])
    seconds = time.perf_counter() - started
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "members": sum(each.member for each in snapshot.resources.values()),
        "resources": len(snapshot.resources),
        "relations": len(snapshot.relations),
        "gaps": len(snapshot.gaps),
        "calls": sum(snapshot.calls.values()),
        "seconds": round(seconds, 2),
        "cpu_seconds": round(used.ru_utime + used.ru_stime, 2),
        "peak_mb": round(used.ru_maxrss / 1024),
        "by_call": dict(Counter(snapshot.calls).most_common()),
    }


@contextmanager
def running(latency_ms: float) -> Iterator[tuple[str, str]]:
    """An account and the wire in front of it, in a process of their own; both addresses."""
    command = [sys.executable, __file__, "--serve", "--latency-ms", str(latency_ms)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin
        assert server.stdout
        account, wire = json.loads(server.stdout.readline())
        yield account, wire
        server.stdin.close()


def _measured(wire: str, tag: str) -> dict[str, Any]:
    command = [sys.executable, __file__, "--measure", wire, "--tag", tag]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def main() -> None:
    """Measure every size, and print a table beside the targets."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[50, 500])
    parser.add_argument("--maker", type=Path, help="a script that fills the account")
    parser.add_argument("--latency-ms", type=float, default=50)
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    parser.add_argument("--tag", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve_account_behind_wire(options.latency_ms)
    elif options.measure:
        sys.stdout.write(json.dumps(measure(options.measure, options.tag)))
    else:
        results = {}
        for size in options.sizes:
            with running(options.latency_ms) as (account, wire):
                tag = make(account, size, options.maker)
                _measured(wire, tag)  # the wire hears every answer once
                results[size] = _measured(wire, tag)
        sys.stdout.write(table(results))
        if options.json:
            options.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


def table(results: dict[int, dict[str, Any]]) -> str:
    """The figures as a Markdown table."""
    lines = [
        "| asked | resources | members | calls (target) | s (target) | CPU s (target) "
        "| MB (target) |",
        "|---|---|---|---|---|---|---|",
    ]
    for size, got in results.items():
        targets = TARGETS.get(size, ("-",) * 4)
        measured = [got["calls"], got["seconds"], got["cpu_seconds"], got["peak_mb"]]
        cells = [f"{value} ({target})" for value, target in zip(measured, targets, strict=True)]
        lines.append(f"| {size} | {got['resources']} | {got['members']} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
