"""Texts as they are kept, whichever door they come in by: REST, pages, tables, commands, vendors.

One text has one spelling: composed (NFC), without white space and invisible characters around it, so that what looks
alike is alike; a text of nothing else is empty. What PostgreSQL or a vendor cannot take (NUL, control characters, line
ends in a text of one line, half a surrogate pair) is refused, never dropped in silence: `BadText` says which it is, the
door names the field.

- `clean_line` for names, titles, codes of others: a text of one line.
- `clean_paragraph` for notes and descriptions: line ends are "\\n", tabs may stay.
- `clean_part` for names and parts of addresses: a line that is empty when only dashes and dots fill it.
- `clean_code` for what is compared letter by letter (SKUs, references, e-mail addresses): the same without any
  invisible character, also inside.
- `clean_url` for addresses of files and pages, which are not ours to compose: trimmed and checked.
- `clean_exact` for passwords: only checked.
- `clean_foreign` for what vendors report and shoppers typed there: nobody can be asked to write it anew, so a sign
  stands for what cannot be kept.

Inside a text joiners stay: Persian words and emoji are spelled with them. The controls of direction (embeddings,
overrides, isolates) go wherever they stand rather than being refused: telephones put them around the numbers that
people copy, and kept they make staff read another text than the vendor gets. HTML entities stay as they are: whether a
shop meant them cannot be known.
"""

import re
import unicodedata
from enum import StrEnum
from typing import Final

from backoffice.text.translatable import TranslatableText
from backoffice.text.translatable import gettext as _

# What shows nothing and takes no ink: Unicode's Default_Ignorable_Code_Point, and the blank Braille pattern.
_INVISIBLE_RANGES = (
    (0x00AD, 0x00AD), (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
    (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x2800, 0x2800), (0x3164, 0x3164), (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
)  # fmt: skip
_INVISIBLE: Final = "".join(chr(code) for first, last in _INVISIBLE_RANGES for code in range(first, last + 1))
# Variation selectors and tags belong to the letter before them: a red heart, the flag of Scotland.
_SELECTORS: Final = "".join(char for char in _INVISIBLE if "\ufe00" <= char <= "\ufe0f" or char >= "\U000e0020")
_SPACES: Final = "".join(char for code in range(0x3001) if (char := chr(code)).isspace())
_BEFORE: Final = _SPACES + _INVISIBLE
_BEHIND: Final = "".join(char for char in _BEFORE if char not in _SELECTORS)
_AROUND: Final = frozenset(_BEFORE)

_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
_LINE_ENDS = re.compile("\r\n|[\n\x0b\x0c\r\x85\u2028\u2029]")
# U+FFFE and U+FFFF are no characters: neither XML nor a workbook can carry them.
_NEVER_IN_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_NEVER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_NO_INVISIBLE = dict.fromkeys(map(ord, _INVISIBLE))

# Composing takes time that grows with the square of the marks on one letter; Unicode's stream-safe text has 30.
MOST_MARKS = 30
_SHORT = 256


class Forbidden(StrEnum):
    """What a text may not contain."""

    NUL = "nul"
    LINE_END = "line_end"
    CONTROL = "control"
    SURROGATE = "surrogate"
    MARKS = "marks"


class BadText(ValueError):
    """A text that cannot be kept. `text` says why, for the person who wrote it; the caller names the field."""

    def __init__(self, kind: Forbidden, *, char: str = "") -> None:
        self.kind = kind
        self.text: TranslatableText | str = _describe(kind, char=char)
        super().__init__(str(self.text))


def clean_line(text: str) -> str:
    """Return the text as it is kept in a field of one line. Raises BadText for control characters and line ends."""
    # Nearly every text is printable, which leaves no control character, joiner or half surrogate to look for.
    if text.isprintable():
        return text.strip(" ") if text.isascii() else trim(_compose(text))
    text = trim(_DIRECTION.sub("", text))
    _refuse(_NEVER_IN_LINE, text)
    return trim(_compose(text))


def clean_paragraph(text: str) -> str:
    """Return the text as it is kept in a field of several lines, with "\\n" at their ends. Raises BadText for control
    characters other than tabs.
    """
    if text.isprintable():
        return clean_line(text)
    text = trim(_LINE_ENDS.sub("\n", _DIRECTION.sub("", text)))
    _refuse(_NEVER, text)
    return trim(_compose(text))


def clean_part(text: str) -> str:
    """Return a name or part of an address; what only fills the field, such as "-", is empty. Raises BadText."""
    text = clean_line(text)
    return text if text[:1].isalnum() or not is_placeholder(text) else ""


def clean_code(text: str) -> str:
    """Return a SKU, reference or e-mail address as it is kept and compared, without invisible characters inside.
    Raises BadText.
    """
    text = clean_part(text)
    return text if text.isascii() else text.translate(_NO_INVISIBLE)


def clean_url(text: str) -> str:
    """Return the address without what surrounds it; inside it names what it names. Raises BadText."""
    return clean_exact(trim(text))


def clean_exact(text: str) -> str:
    """Return the text as it came. Raises BadText for control characters and line ends."""
    if not text.isprintable():
        _refuse(_NEVER_IN_LINE, text)
    return text


def clean_foreign(text: str, *, is_line: bool = False) -> str:
    """Return a text of somebody who cannot be asked, with U+FFFD for each character that cannot be kept. Line ends are
    "\\n", or spaces where `is_line`.
    """
    try:
        text = clean_paragraph(text)
    except BadText:
        text = trim(_NEVER.sub("\ufffd", _LINE_ENDS.sub("\n", _DIRECTION.sub("", text))))
    return " ".join(text.split("\n")) if is_line else text


def is_placeholder(text: str) -> bool:
    """Return whether the text only fills a mandatory field: nothing, or dashes, dots and the like."""
    return not any(char.isalnum() or unicodedata.category(char) == "So" for char in text)


def has_letter_or_digit(text: str) -> bool:
    """Return whether the text can name a place; the digits of every script count."""
    return any(char.isalnum() for char in text)


def trim(text: str) -> str:
    """Return the text without white space and invisible characters around it, in time linear to its length."""
    if not text or (text[0] not in _AROUND and text[-1] not in _AROUND):
        return text
    text = text.lstrip(_BEFORE)
    while True:
        text = text.rstrip(_BEHIND)
        bare = text.rstrip(_SELECTORS)
        # A selector behind a blank selects nothing: it goes with the blank.
        if len(bare) == len(text) or not bare or bare[-1] not in _BEHIND:
            return text
        text = bare


def _compose(text: str) -> str:
    if len(text) > _SHORT:
        _ensure_no_control_marks(text)
    return unicodedata.normalize("NFC", text)


def _ensure_no_control_marks(text: str) -> None:
    run = 0
    for char in text:
        run = run + 1 if char > "\u02ff" and unicodedata.combining(char) else 0
        if run > MOST_MARKS:
            raise BadText(Forbidden.MARKS)


def _refuse(never: re.Pattern[str], text: str) -> None:
    if found := never.search(text):
        raise BadText(_kind_of(found[0]), char=found[0])


def _kind_of(char: str) -> Forbidden:
    if char == "\0":
        return Forbidden.NUL
    if _LINE_ENDS.match(char):
        return Forbidden.LINE_END
    return Forbidden.SURROGATE if "\ud800" <= char <= "\udfff" else Forbidden.CONTROL


def _describe(kind: Forbidden, *, char: str) -> TranslatableText | str:
    if kind is Forbidden.NUL:
        return _("A NUL character (U+0000) cannot be stored.")
    if kind is Forbidden.LINE_END:
        return _("Line breaks are not allowed here: this is a single-line text.")
    if kind is Forbidden.SURROGATE:
        return _("Half a surrogate pair is not a valid character.")
    if kind is Forbidden.MARKS:
        return _("A letter can have at most %(limit)d accents.") % {"limit": MOST_MARKS}
    return _("The control character %(char)s cannot be stored.") % {"char": f"U+{ord(char):04X}"}
