"""How the shared allowance gets through a minute in which a fifth of the answers are 429, and how soon it recovers.

The vendor is a stand-in at the wire, which notes when each call arrives. Goals: no call while it has asked us to wait,
and 90 % of the allowance used again two minutes after the last 429.
"""

import http.server
import json
import multiprocessing
import random
import socketserver
import threading
import time

from benchmarks.rate_limit import PER_MINUTE, work

WORKERS = 4
REFUSING, RECOVERING, MEASURED = 60, 120, 30  # seconds
STARTING = 45  # workers need that long at most to come up on a busy machine
SHARE = 0.2
RETRY_AFTER = 2
# A call that had left before the 429 may arrive that much later.
UNDER_WAY = 0.1


class Vendor(socketserver.ThreadingMixIn, http.server.HTTPServer):
    """Gives tokens, says that it is well, and refuses a share of the calls during the first minute."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.chance = random.Random(1)
        self.begin = 0.0  # of the first call
        self.arrived: list[float] = []
        self.refused: list[float] = []
        self.lock = threading.Lock()

    def is_refused(self) -> bool:
        """Note a call, and say whether it gets a 429."""
        with self.lock:
            self.begin = self.begin or time.monotonic()
            now = time.monotonic() - self.begin
            self.arrived.append(now)
            if now < REFUSING and self.chance.random() < SHARE:
                self.refused.append(now)
                return True
            return False

    def early(self) -> int:
        """Return how many calls came while the vendor had asked us to wait."""
        return sum(
            any(refused + UNDER_WAY < at < refused + RETRY_AFTER for refused in self.refused) for at in self.arrived
        )

    def between(self, begin: float, end: float) -> int:
        return sum(begin <= at < end for at in self.arrived)


class Answers(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Vendor

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._say(200, {"access_token": "token", "expires_in": 31_622_400})

    def do_GET(self) -> None:
        if self.server.is_refused():
            self._say(429, {"message": "Too Many Attempts."}, Retry_After=str(RETRY_AFTER))
        else:
            self._say(200, {"message": "OK"})

    def _say(self, status: int, content: dict[str, object], **headers: str) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing: the figures are what matters."""


def main() -> None:
    """Measure and print."""
    from benchmarks.database import own_database

    with own_database("after_429"), Vendor() as vendor:
        threading.Thread(target=vendor.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{vendor.server_address[1]}/"
        until = time.time() + STARTING + REFUSING + RECOVERING + MEASURED
        with multiprocessing.get_context("spawn").Pool(WORKERS) as pool:
            pool.starmap(work, [(until, url)] * WORKERS)
        vendor.shutdown()
    per_second = PER_MINUTE / 60
    last = vendor.refused[-1]
    print(
        f"{len(vendor.refused)} answers 429 in {REFUSING} s, the last after {last:.0f} s, each naming {RETRY_AFTER} s"
    )
    print(f"calls while we had been asked to wait: {vendor.early()}")
    for begin in range(0, REFUSING + RECOVERING + MEASURED, 15):
        used = vendor.between(begin, begin + 15) / (15 * per_second)
        print(f"  {begin:>4} to {begin + 15:>3} s: {used:>4.0%} of the allowance of {PER_MINUTE}/min")
    settled = last + RECOVERING
    used = vendor.between(settled, settled + MEASURED) / (MEASURED * per_second)
    print(f"two minutes after the last 429: {used:.0%} of the allowance used")


if __name__ == "__main__":
    main()
