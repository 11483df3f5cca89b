"""What an error of the mail server means for the mail that was being sent. SMTP is ambiguous from DATA on."""

import smtplib
from enum import StrEnum

_PERMANENT = 500
_CLOSING = 421


class Outcome(StrEnum):
    """`SERVER`: no mail can be sent now. `LATER`: not this one now. `REFUSED`: never. `UNCLEAR`: perhaps it was."""

    SERVER = "server"
    LATER = "later"
    REFUSED = "refused"
    UNCLEAR = "unclear"


# Nothing of them is about the mail or its recipient.
_OF_THE_SERVER = (
    smtplib.SMTPConnectError, smtplib.SMTPHeloError, smtplib.SMTPAuthenticationError, smtplib.SMTPSenderRefused,
)  # fmt: skip


def judge(error: Exception, *, may_have_arrived: bool) -> Outcome:
    """Return what the error means; `may_have_arrived` says that the server may have had the whole mail by then."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return _by_code([code for code, _text in error.recipients.values()])
    if isinstance(error, _OF_THE_SERVER):
        return Outcome.SERVER
    if isinstance(error, smtplib.SMTPResponseException):
        return _by_code([error.smtp_code])
    if isinstance(error, smtplib.SMTPNotSupportedError | UnicodeError | ValueError):
        return Outcome.REFUSED
    return Outcome.UNCLEAR if may_have_arrived else Outcome.SERVER


def describe_error(error: Exception) -> str:
    """Return the server's own words, cut to size."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return _words(*next(iter(error.recipients.values()), (0, b"")))
    if isinstance(error, smtplib.SMTPResponseException):
        return _words(error.smtp_code, error.smtp_error)
    return f"{type(error).__name__}: {error}"[:500]


def _by_code(codes: list[int]) -> Outcome:
    if _CLOSING in codes:
        return Outcome.SERVER
    return Outcome.REFUSED if all(code >= _PERMANENT for code in codes) else Outcome.LATER


def _words(code: int, text: bytes | str) -> str:
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return " ".join(f"{code} {said}".split())[:500]
