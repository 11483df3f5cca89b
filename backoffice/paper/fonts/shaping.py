"""Lines of text in any script: which font has each letter, how letters join, and which way they run.

HarfBuzz joins and places the letters, python-bidi orders them (Unicode's bidirectional algorithm, UAX 9). DejaVu goes
first; Noto fonts have what it lacks. Whatever no font has, emoji for example, is shown as an empty box.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path

import uharfbuzz
from bidi import algorithm as bidi

_FOLDER = Path(__file__).resolve().parent
# Where each package of fonts keeps its own; the first font that has a letter is taken.
_PACKS = {
    "justmytype_intl_sea": ("thai", "lao", "khmer", "myanmar"),
    "justmytype_intl_south_asia": ("devanagari", "bengali", "tamil", "telugu"),
    "justmytype_intl_cjk": ("jp", "kr", "sc", "tc"),
}
# Scripts are written from right to left where a letter is of these directions.
_FROM_THE_RIGHT = frozenset({"R", "AL", "AN", "RLE", "RLO", "RLI"})
MISSING = "□"
# They show nothing and decide how the letters around them join.
JOINERS = "\u200c\u200d"


@dataclass(frozen=True)
class Face:
    """A font: `letters` are the code points that it has, lengths are in its own `units` an em."""

    font: uharfbuzz.Font
    letters: frozenset[int]
    units: int


@dataclass(frozen=True)
class Run:
    """A piece of a line in one font and one direction, shaped. `width` is in ems."""

    face: Face
    glyphs: list[tuple[int, float, float, float]] = field(repr=False)  # glyph, x and y within the line, advance; in ems

    @property
    def width(self) -> float:
        return sum(advance for _glyph, _x, _y, advance in self.glyphs)


def is_plain(text: str) -> bool:
    """Return whether the text needs nothing but DejaVu's letters, one after the other."""
    return text.isascii() or (
        is_printable(text, first_only=True)
        and not any(
            unicodedata.bidirectional(letter) in _FROM_THE_RIGHT or unicodedata.category(letter)[0] == "M"
            for letter in text
        )
    )


def is_printable(text: str, *, first_only: bool = False) -> bool:
    """Return whether some font has each letter; `first_only`: whether DejaVu has."""
    letters = faces()[0].letters if first_only else _all_letters()
    return all(ord(letter) in letters or _vanishes(letter) for letter in text)


def find_unprintable(text: str) -> str:
    """Return the letters that no font has, each once."""
    letters = _all_letters()
    return "".join(dict.fromkeys(one for one in text if ord(one) not in letters and not _vanishes(one)))


def shape_line(text: str) -> list[Run]:
    """Return the line's runs from left to right. Letters that no font has are MISSING."""
    shown = (one for one in text if one in JOINERS or not _vanishes(one))
    known = "".join(one if is_printable(one) else MISSING for one in shown)
    return [_shape(face, piece, from_right=from_right) for face, piece, from_right in _runs(known)]


def measure(text: str) -> float:
    """Return the width of a line in ems."""
    return sum(run.width for run in shape_line(text))


@cache
def faces() -> list[Face]:
    """Return all fonts, the first ones to be taken first."""
    paths = [_FOLDER / "DejaVuSans.ttf"]
    for pack, names in _PACKS.items():
        folder = Path(str(files(pack))) / "fonts" / "ofl"
        paths += [next((folder / f"notosans{name}").glob("*.ttf")) for name in names]
    return [_load(path) for path in paths]


def _load(path: Path) -> Face:
    face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(path)))
    font = uharfbuzz.Font(face)
    font.set_variations({"wght": 400})
    return Face(font, frozenset(face.unicodes), face.upem)


@cache
def _all_letters() -> frozenset[int]:
    return frozenset().union(*(face.letters for face in faces()))


def _vanishes(letter: str) -> bool:
    """Return whether nothing is shown of it: joiners, direction marks, variation selectors, control characters."""
    category = unicodedata.category(letter)
    return category in ("Cf", "Cc") or "\ufe00" <= letter <= "\ufe0f"


def _runs(text: str) -> Iterator[tuple[Face, str, bool]]:
    """Yield pieces of one font and direction, in the order in which they stand from left to right."""
    piece: list[tuple[int, str]] = []
    face, level = faces()[0], 0
    for index, letter, its_level in _in_visual_order(text):
        its_face = _face_of(letter, before=face)
        if piece and (its_face is not face or its_level != level):
            yield face, "".join(one for _index, one in sorted(piece)), bool(level % 2)
            piece = []
        face, level = its_face, its_level
        piece.append((index, letter))
    if piece:
        yield face, "".join(one for _index, one in sorted(piece)), bool(level % 2)


def _in_visual_order(text: str) -> list[tuple[int, str, int]]:
    """Place in the text, letter and level of each, from left to right; odd levels run from right to left."""
    storage = bidi.get_empty_storage()
    storage["base_level"] = bidi.get_base_level(text)
    storage["base_dir"] = ("L", "R")[storage["base_level"]]
    bidi.get_embedding_levels(text, storage)
    for index, row in enumerate(storage["chars"]):
        row["index"] = index
    bidi.explicit_embed_and_overrides(storage)
    bidi.resolve_weak_types(storage, debug=False)
    bidi.resolve_neutral_types(storage, debug=False)
    bidi.resolve_implicit_levels(storage, debug=False)
    bidi.reorder_resolved_levels(storage, debug=False)
    return [(row["index"], row["ch"], row["level"]) for row in storage["chars"]]


def _face_of(letter: str, *, before: Face) -> Face:
    """Return the font before as long as it has the letter: spaces and digits stay with their word."""
    if ord(letter) in before.letters and (before is faces()[0] or not letter.isalpha()):
        return before
    return next((face for face in faces() if ord(letter) in face.letters), before)


def _shape(face: Face, text: str, *, from_right: bool) -> Run:
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if from_right else "ltr"
    uharfbuzz.shape(face.font, buffer)
    em = face.units
    return Run(
        face,
        [
            (info.codepoint, place.x_offset / em, place.y_offset / em, place.x_advance / em)
            for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True)
        ],
    )
