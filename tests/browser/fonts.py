"""Makes the fonts that the staff pages load out of those that Unfold ships: `python -m tests.browser.fonts`.

Inter comes in two files a weight: what European languages need, and the rest, which a browser fetches once a text has
such a letter. Of the 3,800 icons those stay whose names stand in the code, templates and scripts that draw pages.
Run it after an upgrade of Unfold or with a new icon.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import unfold
from fontTools import subset
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parents[2]
UNFOLD = Path(unfold.__file__).parent
SHIPPED = UNFOLD / "static" / "unfold" / "fonts"
OURS = ROOT / "backoffice" / "staff" / "static" / "backoffice" / "fonts"
SHEET = OURS.with_name("fonts.css")
ICONS = Path("material-symbols") / "Material-Symbols-Outlined.woff2"
# What a text asks for, and what it gets: headings are as bold as a button, for 27 kB less.
WEIGHTS = {"400": "Regular", "500": "Medium", "600 900": "SemiBold"}
# Latin with its extensions, punctuation, currencies, arrows and signs.
NEAR = [(0x0, 0x17F), (0x2BB, 0x2DD), (0x2000, 0x206F), (0x20A0, 0x20BF), (0x2100, 0x22FF), (0x25A0, 0x25FF)]
FEATURES = ["kern", "liga", "rlig", "calt", "ccmp", "locl", "mark", "mkmk", "tnum"]
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789_"
SOURCES = ("backoffice", "catalog", "fulfillment", "orders", "templates")
DRAWN_BY = (".py", ".html", ".js")
# Between quotes, tags or both, as the names of icons stand in code and templates.
ALONE = re.compile(r"""(?<=["'>}\s])(?<![^"'>}\s]\s)[a-z][a-z0-9_]+(?=\s*["'<{])""")


def words_of_pages() -> set[str]:
    """Return every word that may be the name of an icon: those that stand alone in our sources and in Unfold's."""
    return {word for path in _sources() for word in ALONE.findall(path.read_text(errors="ignore"))}


def _sources() -> Iterator[Path]:
    for folder in (*(ROOT / name for name in SOURCES), UNFOLD):
        yield from (path for path in folder.rglob("*") if path.suffix in DRAWN_BY and "migrations" not in path.parts)


def icons_of(font: TTFont) -> dict[str, str]:
    """Return the glyph of each icon by the name that is its ligature."""
    found = {}
    letters = {glyph: chr(code) for code, glyph in font.getBestCmap().items()}
    for lookup in font["GSUB"].table.LookupList.Lookup:
        for table in lookup.SubTable:
            for first, ligatures in getattr(getattr(table, "ExtSubTable", table), "ligatures", {}).items():
                for one in ligatures:
                    name = "".join(letters.get(glyph, "?") for glyph in (first, *one.Component))
                    found[name] = one.LigGlyph
    return found


def make() -> None:
    _make_icons()
    faces = []
    for weight, name in WEIGHTS.items():
        every = set(TTFont(SHIPPED / "inter" / f"Inter-{name}.woff2").getBestCmap())
        near = {code for code in every if any(low <= code <= high for low, high in NEAR)}
        for part, codes in (("", near), ("-rest", every - near)):
            _write(Path("inter") / f"Inter-{name}.woff2", unicodes=codes, suffix=part)
            faces.append(_face(f"Inter-{name}{part}.woff2", weight, codes))
    SHEET.write_text("/* Made by tests/browser/fonts.py. */\n" + _icon_face() + "".join(faces))


def _make_icons() -> None:
    icons = icons_of(TTFont(SHIPPED / ICONS))
    wanted = words_of_pages() & icons.keys()
    _write(ICONS, glyphs=[icons[name] for name in sorted(wanted)], text=LETTERS)


def _write(path: Path, *, suffix: str = "", **what: object) -> None:
    options = subset.Options(flavor="woff2", layout_closure=False, layout_features=FEATURES)
    font = TTFont(SHIPPED / path)
    cutter = subset.Subsetter(options)
    cutter.populate(**what)
    cutter.subset(font)
    font.flavor = "woff2"
    font.save(OURS / f"{path.stem}{suffix}.woff2")


def _face(file: str, weight: str, codes: set[int]) -> str:
    # A font that comes late is for the next page: what is read already does not move.
    return (
        '@font-face {\n  font-family: "Inter"; font-style: normal; font-display: optional;\n'
        f'  font-weight: {weight}; src: url(fonts/{file}) format("woff2");\n  unicode-range: {_ranges(codes)};\n}}\n'
    )


def _icon_face() -> str:
    # Until it is there, nothing is seen: the names of icons are no text.
    return (
        '@font-face {\n  font-family: "Material Symbols Outlined"; font-style: normal; font-display: block;\n'
        f'  font-weight: 400; src: url(fonts/{ICONS.name}) format("woff2");\n}}\n'
    )


def _ranges(codes: set[int]) -> str:
    ranges: list[list[int]] = []
    for code in sorted(codes):
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return ", ".join(f"U+{low:X}-{high:X}" if low != high else f"U+{low:X}" for low, high in ranges)


if __name__ == "__main__":
    make()
