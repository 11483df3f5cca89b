"""As much of SMTP as a client needs: EHLO, MAIL, RCPT, DATA, RSET, NOOP, QUIT. No TLS, no sign-in."""

import socketserver
from collections.abc import Callable

from backoffice.sandbox.mail.options import MailOptions

LARGEST = 30 * 1024 * 1024
Keep = Callable[[str, list[str], bytes], None]


class Cut(Exception):
    """The line breaks here."""


class SmtpServer(socketserver.ThreadingTCPServer):
    """Listens on loopback; a thread for each connection."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int, *, options: MailOptions, keep: Keep) -> None:
        super().__init__(("127.0.0.1", port), _Conversation)
        self.options, self.keep = options, keep
        self.begun = 0

    def fault_of_next(self) -> str:
        """Return what goes wrong with the mail that begins now; empty when nothing does."""
        self.begun += 1
        return self.options.fault if self.options.fault and self.begun % max(self.options.every, 1) == 0 else ""


class _Conversation(socketserver.StreamRequestHandler):
    server: SmtpServer

    def handle(self) -> None:
        if self.server.options.fault == "busy":
            self._say(421, "Too busy.")
            return
        self._say(220, "sandbox ready")
        self._forget()
        try:
            while line := self.rfile.readline(4096):
                if not self._answer(line.decode("utf-8", "replace").strip()):
                    return
        except (Cut, OSError):
            self.connection.close()

    def _answer(self, line: str) -> bool:
        """Answer one command; return False when it was the last."""
        verb, _space, rest = line.partition(" ")
        match verb.upper():
            case "EHLO" | "HELO":
                self._say(250, "sandbox", more=("SMTPUTF8", "8BITMIME") if verb.upper() == "EHLO" else ())
            case "MAIL":
                self.sender, self.recipients, self.fault = _address(rest), list[str](), self.server.fault_of_next()
                self._say(250, "OK")
            case "RCPT":
                self._take_recipient(rest)
            case "DATA":
                self._take_mail()
            case "RSET" | "NOOP":
                self._say(250, "OK")
            case "QUIT":
                self._say(221, "Bye")
                return False
            case _:
                self._say(502, "Not implemented")
        return True

    def _take_recipient(self, rest: str) -> None:
        if self.fault in ("full", "reject"):
            self._say(452, "Mailbox full") if self.fault == "full" else self._say(550, "No such user")
            return
        self.recipients.append(_address(rest))
        self._say(250, "OK")

    def _take_mail(self) -> None:
        if self.fault == "cut_before":
            raise Cut
        if not self.recipients:
            self._say(503, "RCPT first")
            return
        self._say(354, "Go ahead")
        if self.fault == "cut_in_data":
            self.rfile.readline(4096)
            raise Cut
        lines, size = [], 0
        while (line := self.rfile.readline(LARGEST)) not in (b".\r\n", b".\n", b""):
            size += len(line)
            if size > LARGEST:
                raise Cut
            lines.append(line[1:] if line.startswith(b"..") else line)
        self.server.keep(self.sender, self.recipients, b"".join(lines))
        if self.fault == "cut_after":
            raise Cut
        self._say(250, "Kept")
        self._forget()

    def _forget(self) -> None:
        self.sender, self.recipients, self.fault = "", list[str](), ""

    def _say(self, code: int, text: str, *, more: tuple[str, ...] = ()) -> None:
        lines = [text, *more]
        shown = [f"{code}{' ' if place == len(lines) else '-'}{one}\r\n" for place, one in enumerate(lines, 1)]
        self.wfile.write("".join(shown).encode())


def _address(rest: str) -> str:
    return rest.partition(":")[2].strip().partition(">")[0].lstrip("<").strip()
