"""Product pictures: small SVG drawings in the product's colour, served without a token."""

import re
from functools import cache, lru_cache
from pathlib import Path

from backoffice.sandbox.mypromo.routing import PUBLIC, Caller, Route
from backoffice.sandbox.wire import Request, Response, message

# Each drawing sits on a 400 x 400 field; {c} is the colour, {d} a darker and {l} a lighter one.
_DRAWINGS = Path(__file__).with_name("drawings")
_NAME = re.compile(r"([a-z]+)-([0-9a-f]{6})(?:-(\d))?\.svg")


def picture_path(kind: str, colour: str, *, view: int = 0) -> str:
    """Return the path, below the base path, of a product's picture; `colour` is six hex digits."""
    return f"media/{kind}-{colour}-{view}.svg" if view else f"media/{kind}-{colour}.svg"


def routes() -> list[Route]:
    """Return the one route."""
    return [Route("GET", "media/{name}", PUBLIC, show)]


def show(request: Request, caller: Caller, name: str) -> Response:
    """Return the drawing."""
    match = _NAME.fullmatch(name)
    if match is None or match[1] not in kinds():
        return message(404, "Not found.")
    headers = {"Content-Type": "image/svg+xml", "Cache-Control": "public, max-age=86400"}
    return Response(200, draw(match[1], match[2], view=int(match[3] or 0)), headers)


@cache
def kinds() -> dict[str, str]:
    """Return the drawings by kind of product."""
    return {path.stem: path.read_text() for path in _DRAWINGS.glob("*.svg")}


@lru_cache(maxsize=512)
def draw(kind: str, colour: str, *, view: int = 0) -> bytes:
    """Return the SVG of a product; other views turn and shrink it on another ground."""
    shape = kinds()[kind].format(c=f"#{colour}", d=_mixed(colour, "000000"), l=_mixed(colour, "ffffff", 0.55))
    ground = ("f4f6f9", "e9eef5", "fbf3e7", "eaf5ee")[view % 4]
    turned = f"rotate({view * 7} 200 200) translate({view * 10} {view * 10}) scale({1 - view * 0.05:.2f})"
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" width="400" height="400" role="img">'
        f'<rect width="400" height="400" fill="#{ground}"/><ellipse cx="200" cy="345" rx="120" ry="14" fill="#000"'
        f' opacity=".07"/><g transform="{turned}">{shape}</g></svg>'
    ).encode()


def _mixed(colour: str, other: str, share: float = 0.28) -> str:
    pairs = ((int(colour[n : n + 2], 16), int(other[n : n + 2], 16)) for n in (0, 2, 4))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)
