"""Keeps secrets and one-time links out of logs and of the kept exchanges with vendors."""

import logging
import re

MASK = "•••"
_KEYS = (
    "access_token|refresh_token|client_secret|password|secret|authorization|api_key|apikey|token|header|"
    "editor_start_url|editor_start_url_cname"
)
_JSON = re.compile(rf'("(?:{_KEYS})"\s*:\s*)"(?:[^"\\]|\\.)*"', re.IGNORECASE)
_QUERY = re.compile(r"([?&](?:token|signature|secret|key|password)=)[^&\s\"']+", re.IGNORECASE)
_BEARER = re.compile(r"\b((?:Bearer|Basic):?\s+)[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE)
_USERINFO = re.compile(r"(\b[a-z][a-z0-9+.-]*://)[^/\s@\"']+@", re.IGNORECASE)


def mask(text: str) -> str:
    """The text with every secret that can be told by its name or its place replaced."""
    text = _JSON.sub(rf'\1"{MASK}"', text)
    text = _QUERY.sub(rf"\1{MASK}", text)
    text = _BEARER.sub(rf"\1{MASK}", text)
    return _USERINFO.sub(rf"\1{MASK}@", text)


class MaskSecrets(logging.Filter):
    """Masks every log line before it is written."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        masked = mask(message)
        if masked != message:
            record.msg, record.args = masked, ()
        return True
