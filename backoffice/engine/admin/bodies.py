"""Bodies of requests, responses and callbacks, made safe and pleasant to read. Whatever the bytes, the result is plain
text: the template escapes it, and what would act on the reader's screen unseen is spelt out.
"""

import json
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

# More than that nobody reads on a page; the whole can be downloaded.
SHOWN_CHARACTERS = 64 * 1024
SHOWN_BYTES = 4 * 1024
DEEPEST = 30
_ROW = 16
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+')


class BodyKind(StrEnum):
    EMPTY = "empty"
    JSON = "JSON"
    TEXT = "text"
    BYTES = "bytes"


@dataclass(frozen=True)
class Body:
    """A body to show: `size` in bytes is that of the whole, `is_cut` tells that not all of it is in `text`."""

    kind: BodyKind
    text: str
    size: int
    is_cut: bool = False


def show_text(text: str) -> Body:
    """Return a kept request or response: JSON with indentation where it is whole, else as it is."""
    if not text:
        return Body(BodyKind.EMPTY, "", 0)
    size = len(text.encode("utf-8", "replace"))
    pretty = _pretty(text)
    shown = visible(pretty or text)
    kind = BodyKind.TEXT if pretty is None else BodyKind.JSON
    return Body(kind, shown[:SHOWN_CHARACTERS], size, is_cut=len(shown) > SHOWN_CHARACTERS)


def show_bytes(raw: bytes) -> Body:
    """Return a body as it came: JSON with indentation, text, or a hexadecimal dump of what is neither."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = None
    if text is None or any(_is_binary(character) for character in text[:SHOWN_CHARACTERS]):
        return Body(BodyKind.BYTES, dump(raw[:SHOWN_BYTES]), len(raw), is_cut=len(raw) > SHOWN_BYTES)
    return show_text(text)


def dump(raw: bytes) -> str:
    """Return offset, hexadecimal and ASCII, sixteen bytes a row."""
    rows = []
    for start in range(0, len(raw), _ROW):
        part = raw[start : start + _ROW]
        letters = "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in part)
        rows.append(f"{start:06x}  {part.hex(' '):<{_ROW * 3}} {letters}")
    return "\n".join(rows)


def visible(text: str) -> str:
    """Spell out control and formatting characters: none may reorder or hide what stands around it."""
    return "".join(
        f"\\u{ord(character):04x}" if _is_unseen(character) else character for character in text.replace("\r\n", "\n")
    )


def _pretty(text: str) -> str | None:
    """Return the JSON with indentation, None when it is none. Numbers and repeated keys stay as they were written."""
    try:
        value = json.loads(text, parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        return None
    return _indented(text) if isinstance(value, dict | list) else None


def _indented(text: str) -> str | None:
    """Indent valid JSON token by token: building it anew from values would round numbers and drop repeated keys.

    Return None when it is nested so deeply that its indentation would be larger than itself.
    """
    pieces = _TOKEN.findall(text)
    parts: list[str] = []
    depth = 0
    for piece, following in zip(pieces, [*pieces[1:], ""], strict=True):
        if piece in "]}":
            depth -= 1
            parts.append("" if parts[-1] in ("[", "{") else "\n" + "  " * depth)
            parts.append(piece)
        elif piece in "[{":
            depth += 1
            if depth > DEEPEST:
                return None
            parts.append(piece)
            if following not in "]}":
                parts.append("\n" + "  " * depth)
        elif piece in ",:":
            parts.append(": " if piece == ":" else ",\n" + "  " * depth)
        else:
            # Escapes that stand for letters are shown as letters.
            parts.append(json.dumps(json.loads(piece), ensure_ascii=False) if piece[0] == '"' else piece)
    return "".join(parts)


def _is_binary(character: str) -> bool:
    return unicodedata.category(character) == "Cc" and character not in "\n\r\t"


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Cs") and character not in "\n\t"
