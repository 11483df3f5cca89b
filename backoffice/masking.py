"""Keeps secrets and one-time links out of logs and of the kept exchanges with vendors."""

import json
import logging
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

MASK = "•••"
_KEYS = (
    "access_token|refresh_token|client_secret|password|secret|authorization|api_key|apikey|token|header|"
    "editor_start_url|editor_start_url_cname"
)
_JSON = re.compile(rf'("(?:{_KEYS})"\s*:\s*)"(?:[^"\\]|\\.)*"', re.IGNORECASE)
_QUERY = re.compile(r"([?&](?:(?:access_)?token|signature|secret|(?:api_?)?key|password)=)[^&\s\"']+", re.IGNORECASE)
_BEARER = re.compile(r"\b((?:Bearer|Basic):?\s+)[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE)
# Bounded, so that no text makes it look from each of its letters to its end.
_USERINFO = re.compile(r"(\b[a-z][a-z0-9+.-]{0,30}://)[^/\s@\"']+@", re.IGNORECASE)
# As it stands in addresses, and in those within JSON.
_SLASH = r"(?:/|\\/)"
# The last part of our own callback addresses cannot be guessed; the code of a shop is shorter.
_CALLBACK = re.compile(
    rf"({_SLASH}callbacks{_SLASH}(?:woocommerce|[\w-]{{1,64}}{_SLASH}[\w-]{{1,64}}){_SLASH})[\w-]{{16,}}", re.ASCII
)
# Whoever has the last part sets somebody's password.
_PASSWORD_LINK = re.compile(rf"({_SLASH}password{_SLASH}new{_SLASH}[0-9A-Za-z]{{1,20}}-)[\w-]{{16,}}", re.ASCII)

# Addresses that let anybody fetch what they name; exchanges keep them, since people follow them there.
_LINK = re.compile(r"(/(?:files|slips|labels)/)(?=[\w.-]*\.)[\w.-]{20,}", re.ASCII)


def mask(text: str) -> str:
    """Return the text with every secret masked that its name or place gives away."""
    text = _JSON.sub(rf'\1"{MASK}"', text)
    text = _QUERY.sub(rf"\1{MASK}", text)
    text = _CALLBACK.sub(rf"\1{MASK}", text)
    text = _PASSWORD_LINK.sub(rf"\1{MASK}", text)
    text = _BEARER.sub(rf"\1{MASK}", text)
    return _USERINFO.sub(rf"\1{MASK}@", text)


def mask_line(text: str) -> str:
    """Return a text that leaves for a log: masked, and without addresses that let anybody fetch what they name."""
    return _LINK.sub(rf"\1{MASK}", mask(text))


def mask_bytes(body: bytes) -> bytes:
    """Return a body masked likewise; what is no text in it stays as it is."""
    return mask(body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def hide(text: str, secrets: Iterable[str]) -> str:
    """Return the text without these values, however they are spelled in it: as they are, in JSON, or in an address."""
    for spelling in _spellings(secrets):
        text = text.replace(spelling, MASK)
    return text


def hide_bytes(body: bytes, secrets: Iterable[str]) -> bytes:
    """Return a body without these values."""
    for spelling in _spellings(secrets):
        body = body.replace(spelling.encode(), MASK.encode())
    return body


def _spellings(secrets: Iterable[str]) -> list[str]:
    """Return the spellings longest first, so that no part of a secret is left beside the mask."""
    found = set()
    for secret in filter(None, secrets):
        in_json = json.dumps(secret)[1:-1]
        plain = {secret, in_json, in_json.replace("/", "\\/"), json.dumps(secret, ensure_ascii=False)[1:-1]}
        quoted = {quote(secret), quote(secret, safe=""), quote_plus(secret)}
        found |= plain | quoted | {re.sub("%[0-9A-F]{2}", lambda match: match[0].lower(), text) for text in quoted}
    return sorted(found, key=len, reverse=True)


class MaskSecrets(logging.Filter):
    """Masks every log line before it is written."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        masked = mask_line(message)
        if masked != message:
            record.msg, record.args = masked, ()
        return True
