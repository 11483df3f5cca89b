"""`python -m backoffice.embedded start|status|stop|psql`"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from backoffice.embedded import database_url, redis_url, servers, stop
from backoffice.embedded.postgres import DATABASE, Postgres, postgres_bin


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m backoffice.embedded", description="PostgreSQL and Redis from wheels"
    )
    parser.add_argument("action", choices=["start", "status", "stop", "psql"])
    parser.add_argument("--var", type=Path, default=Path(__file__).resolve().parents[2] / "var")
    options = parser.parse_args(arguments)
    if options.action == "psql":
        database_url(options.var)
        _exec_psql(Postgres(options.var.resolve()))
    if options.action == "start":
        database_url(options.var), redis_url(options.var)
    if options.action == "stop":
        print("Stopped:", ", ".join(stop(options.var)) or "nothing was running")
        return 0
    return _print_status(options.var)


def _print_status(var_dir: Path) -> int:
    """Print it and return the exit code of a service script: 0 when both respond, else 3."""
    up = []
    for server in servers(var_dir):
        process = server.process()
        up.append(process is not None and server.answers())
        state = (
            f"{server.version()}, pid {process.pid}, 127.0.0.1:{server.port}" if process and up[-1] else "not running"
        )
        print(f"{server.name:9} {state}   {server.home}")
    return 0 if all(up) else 3


def _exec_psql(server: Postgres) -> None:
    os.environ["PGPASSWORD"] = server.password
    psql = str(postgres_bin() / "psql")
    os.execv(psql, [psql, "-h", "127.0.0.1", "-p", str(server.port), "-U", DATABASE, DATABASE])


if __name__ == "__main__":
    sys.exit(main())
