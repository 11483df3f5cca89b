"""The product as it runs in production: web server, workers and beat, each a process of its own that may be killed."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import psutil

PROJECT = Path(__file__).resolve().parents[2]
START_SECONDS = 60
# Waits for the end of its input, which is the end of the test run even if that is killed, and leaves no process behind.
GUARD = 'cat; [ -f "$0" ] && kill -9 $(cat "$0") 2>/dev/null; true'
STOP_SECONDS = 5


class System:
    """Processes started from the same environment; each leads a group of its own, with its output in `folder`."""

    def __init__(self, environment: Mapping[str, str], *, folder: Path, port: int) -> None:
        self.environment = dict(environment)
        self.folder = folder
        # Where the code lies of what is started from now on.
        self.code = PROJECT
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._commands: dict[str, list[str]] = {}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._log_starts: dict[str, int] = {}
        self._guard = subprocess.Popen(
            ["sh", "-c", GUARD, str(folder / "groups")], stdin=subprocess.PIPE, start_new_session=True
        )

    def start(self, name: str, *command: str, **more_environment: str) -> None:
        """Start a process under a name, or that of the name again when no command is given."""
        if command:
            self._commands[name] = list(command)
        with (self.folder / f"{name}.log").open("ab") as log:
            self._log_starts[name] = log.tell()
            self._running[name] = subprocess.Popen(
                self._commands[name],
                cwd=self.code,
                env=os.environ | self.environment | more_environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._tell_guard()

    def start_web(self) -> None:
        """Start two processes of two threads, ready when this returns."""
        bind = ["--bind", f"127.0.0.1:{self.port}", "--workers", "2", "--threads", "2"]
        self.start("web", sys.executable, "-m", "gunicorn", "backoffice.wsgi", *bind, "--log-level", "error")
        wait_until(self._web_answers, seconds=START_SECONDS, what="the web server answers")

    def start_worker(self, name: str, *, children: int) -> None:
        quiet = ["--loglevel", "INFO", "--without-gossip", "--without-mingle", "-n", f"{name}@%h"]
        self._start_celery(name, "worker", "--concurrency", str(children), *quiet)

    def is_consuming(self, name: str) -> bool:
        """Return whether a worker has come so far as to take tasks. One that loses a child before that gives up."""
        log = (self.folder / f"{name}.log").read_bytes()
        return self._running[name].poll() is None and b" ready." in log[self._log_starts[name] :]

    def has_ended(self, name: str) -> bool:
        return self._running[name].poll() is not None

    def start_beat(self) -> None:
        self._start_celery("beat", "beat", "--loglevel", "ERROR", "--schedule", str(self.folder / "beat-schedule"))

    def start_engine(self, name: str = "engine", *, workers: int = 1, **switches: str) -> None:
        """Start workers without Celery, in which mechanisms can be switched off (see `engine.py`)."""
        self.start(name, sys.executable, "-m", "tests.faults.engine", str(workers), **switches)

    def process(self, name: str) -> psutil.Process:
        return psutil.Process(self._running[name].pid)

    def children(self, name: str) -> list[psutil.Process]:
        """Live children of a process; none while it is being restarted."""
        with suppress(psutil.NoSuchProcess):
            return [child for child in self.process(name).children() if child.status() != psutil.STATUS_ZOMBIE]
        return []

    def kill(self, name: str) -> None:
        """kill -9 the leader; its children may go on for a moment."""
        self._running[name].kill()
        self._running[name].wait()

    def kill_group(self, name: str) -> None:
        """kill -9 whatever is left of the process and its children."""
        with suppress(ProcessLookupError):
            os.killpg(self._running[name].pid, signal.SIGKILL)
        self._running[name].wait()
        self._tell_guard(without=name)

    def stop(self) -> None:
        """End every process, by force where it takes long."""
        for process in self._running.values():
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGCONT)
                process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for name, process in self._running.items():
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
            self.kill_group(name)
        self._guard.communicate()

    def log(self, name: str) -> str:
        """Return the end of what a process said."""
        return (self.folder / f"{name}.log").read_text(errors="replace")[-3000:]

    def _tell_guard(self, *, without: str = "") -> None:
        groups = [f"-{process.pid}" for name, process in self._running.items() if name != without]
        (self.folder / "groups").write_text(" ".join(groups))

    def _start_celery(self, name: str, *arguments: str) -> None:
        self.start(name, sys.executable, "-m", "celery", "--app", "backoffice", *arguments)

    def _web_answers(self) -> bool:
        with suppress(OSError):
            return urllib.request.urlopen(f"{self.url}/healthz", timeout=2).status == 200
        return False


def wait_until(condition: Callable[[], bool], *, seconds: float, what: str, every: float = 0.05) -> None:
    """Wait until it is true. Raise AssertionError after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"After {seconds:.0f} s it is still not true that {what}.")
        time.sleep(every)
