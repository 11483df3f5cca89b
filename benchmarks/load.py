"""A server under load: gunicorn on a free port, and clients that post prepared bodies over kept connections."""

import http.client
import multiprocessing
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """`per_second` over all clients; latencies in milliseconds; `failed` answers that were not 2xx."""

    per_second: float
    p50_ms: float
    p95_ms: float
    failed: int


@contextmanager
def gunicorn(application: str, *, env: dict[str, str], workers: int = 2) -> Iterator[int]:
    """Run the application behind gunicorn with that many workers. Yield the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}", "--workers", str(workers)]
    command += ["--threads", "2", "--log-level", "error"]
    # The line of each request is written, as in production, and not shown.
    with tempfile.TemporaryFile("w+") as log, subprocess.Popen(command, env=os.environ | env, stderr=log) as process:
        try:
            _wait_for(port)
            yield port
        finally:
            process.terminate()
            process.wait(timeout=20)
            log.seek(0)
            sys.stderr.writelines(line for line in log if " backoffice.access " not in line)


def post_all(
    port: int, path: str, bodies: list[bytes], *, headers: dict[str, str], clients: int = 4, keys: bool = False
) -> Result:
    """Post every body once, split over the clients; `keys` sends each with an Idempotency-Key of its own."""
    with multiprocessing.get_context("fork").Pool(clients) as pool:
        shares = [(port, path, bodies[n::clients], headers, keys) for n in range(clients)]
        begin = time.perf_counter()
        answers = [answer for share in pool.starmap(_post, shares) for answer in share]
        elapsed = time.perf_counter() - begin
    times = sorted(seconds * 1000 for seconds, _ in answers)
    return Result(
        per_second=len(answers) / elapsed,
        p50_ms=statistics.median(times),
        p95_ms=times[int(len(times) * 0.95)],
        failed=sum(not ok for _, ok in answers),
    )


def _post(port: int, path: str, bodies: list[bytes], headers: dict[str, str], keys: bool) -> list[tuple[float, bool]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    answers = []
    for number, body in enumerate(bodies):
        more = {"Idempotency-Key": f"{os.getpid()}-{number}"} if keys else {}
        begin = time.perf_counter()
        connection.request("POST", path, body, {"Content-Type": "application/json", **headers, **more})
        answer = connection.getresponse()
        answer.read()
        answers.append((time.perf_counter() - begin, 200 <= answer.status < 300))
    connection.close()
    return answers


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"nothing listens on port {port}")
