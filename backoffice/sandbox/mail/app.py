"""The mails that were caught, as pages: `/mail/` lists them, `/mail/<number>/` shows one."""

import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from html import escape
from typing import Any

from backoffice.sandbox.clock import Clock, iso
from backoffice.sandbox.mail.options import MailOptions
from backoffice.sandbox.mail.smtp import SmtpServer
from backoffice.sandbox.vendor_app import VendorApp
from backoffice.sandbox.wire import Request, Response, message

_STYLE = """
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; }
td, th { padding: .5rem .6rem; border-top: 1px solid #8884; text-align: left; vertical-align: top; }
th { border: 0; font-size: .8rem; }
time { white-space: nowrap; }
pre { padding: 1rem; background: #8881; white-space: pre-wrap; }
iframe { width: 100%; height: 28rem; border: 1px solid #8884; background: #fff; }
dt { font-size: .8rem; }
dd { margin: 0 0 .5rem; }
"""


class MailApp(VendorApp):
    """The mail catcher with everything it holds. The ledger's events are `mail`, one for each that was kept."""

    name = "mail"
    options: MailOptions
    options_type = MailOptions

    def __init__(self, *, clock: Clock) -> None:
        super().__init__(clock=clock)
        self.mails: list[dict[str, Any]] = []
        self._smtp: SmtpServer | None = None

    def listen(self, port: int) -> int:
        """Take mails on that port of loopback (0: any that is free); return it."""
        self._smtp = SmtpServer(port, options=self.options, keep=self.keep)
        threading.Thread(target=self._smtp.serve_forever, args=(0.05,), name="sandbox-smtp", daemon=True).start()
        return int(self._smtp.server_address[1])

    def keep(self, sender: str, recipients: list[str], raw: bytes) -> None:
        """Keep a mail as it came."""
        parsed = BytesParser(policy=policy.default).parsebytes(raw)
        with self.lock:
            number = self.mails[-1]["number"] + 1 if self.mails else 1
            self.mails.append(
                {
                    "number": number,
                    "at": datetime.now(UTC).isoformat(timespec="seconds"),
                    "sender": sender,
                    "recipients": recipients,
                    "headers": {name: str(value) for name, value in parsed.items()},
                    "text": _part(parsed, "plain"),
                    "html": _part(parsed, "html"),
                }
            )
            del self.mails[: -self.options.kept]
        self.ledger.note("mail", at=iso(self.clock.now()), recipients=recipients)

    def handle(self, request: Request) -> Response:
        """Show what was caught; it is read with a browser."""
        number, _slash, rest = request.path.strip("/").partition("/")
        if request.method != "GET":
            return message(405, "Only GET.")
        with self.lock:
            mails = list(self.mails)
        if not number:
            return _page("Caught mails", _list(reversed(mails)))
        found = next((mail for mail in mails if str(mail["number"]) == number), None)
        if found is None:
            return message(404, "Not found.")
        if rest == "html":
            return _html(found["html"], policy="default-src 'none'; style-src 'unsafe-inline'; sandbox allow-popups")
        return _page(found["headers"].get("Subject", ""), _one(found))

    def is_api(self, path: str) -> bool:
        """Count nothing: readers look at it, and no program calls it."""
        return False

    def control(self, request: Request) -> Any:
        """Know all mails: GET and DELETE `mails`."""
        match request.method, request.path:
            case "GET", "mails":
                return self.mails
            case "DELETE", "mails":
                with self.lock:
                    self.mails.clear()
                return []
        return super().control(request)

    def saved(self) -> dict[str, Any]:
        """Return what outlives a restart."""
        return {"mails": self.mails}

    def restore(self, saved: dict[str, Any]) -> None:
        """Take over what an earlier run saved."""
        self.mails = saved.get("mails", [])

    def stop(self) -> None:
        """Stop listening."""
        if self._smtp is not None:
            self._smtp.shutdown()
            self._smtp.server_close()


def _part(parsed: EmailMessage, kind: str) -> str:
    part = parsed.get_body(preferencelist=(kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""


def _list(mails: Iterable[dict[str, Any]]) -> str:
    rows = "".join(
        f'<tr><td><a href="/mail/{mail["number"]}/">{escape(mail["headers"].get("Subject", ""))}</a></td>'
        f"<td>{escape(', '.join(mail['recipients']))}</td><td><time>{escape(mail['at'])}</time></td></tr>"
        for mail in mails
    )
    if not rows:
        return "<p>Nothing yet. Switch kinds on under Settings, Customer mails and My mails, in the staff pages.</p>"
    return f"<table><tr><th>Subject</th><th>To</th><th>Caught (UTC)</th></tr>{rows}</table>"


def _one(mail: dict[str, Any]) -> str:
    shown = ("From", "To", "Reply-To", "Date", "Message-ID")
    facts = "".join(
        f"<dt>{name}</dt><dd>{escape(mail['headers'][name])}</dd>" for name in shown if name in mail["headers"]
    )
    frame = (
        f'<h2>HTML</h2><iframe title="HTML" sandbox src="/mail/{mail["number"]}/html"></iframe>' if mail["html"] else ""
    )
    return f'<p><a href="/mail/">All mails</a></p><dl>{facts}</dl><h2>Text</h2><pre>{escape(mail["text"])}</pre>{frame}'


def _page(title: str, body: str) -> Response:
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    html = (
        f'<!doctype html><html lang="en"><head>{head}<style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>{body}'
    )
    return _html(html, policy="default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'")


def _html(html: str, *, policy: str) -> Response:
    headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy}
    return Response(200, html.encode(), headers)
