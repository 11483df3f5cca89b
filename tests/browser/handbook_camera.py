"""Takes a picture of a part of a staff page, in both languages, and makes a small file of it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import BrowserContext, Page

from backoffice.handbook.parts import SCREENS as FOLDER

Step = Callable[[Page], None]
WIDTH, HEIGHT = 1280, 900
# Bytes of one picture.
MOST = 60_000
# Colours that are tried, from the first to the last, until the file is small enough.
PALETTES = (128, 64, 40, 24, 16)
MARGIN = 12
# Whose attention is called to what the picture is about: what moves, blinks or belongs to the demo is left out.
QUIET = """
  .alerts, #header-inner .uppercase, .bulk-bar[hidden], .handbook-link { display: none !important; }
  *, ::before, ::after { transition: none !important; animation: none !important; caret-color: transparent !important; }
"""


@dataclass(frozen=True)
class Screen:
    """Where a picture is taken: the address, what is done there, and the part of the page that matters.

    `address` is asked for once the rows of `rows` are there; `height` cuts what goes on below.
    """

    address: Callable[[], str]
    steps: tuple[Step, ...] = ()
    part: str = "#content"
    height: int = 720
    rows: Callable[[], AbstractContextManager[None]] = field(default=nullcontext)


def take(context: BrowserContext, name: str, screen: Screen, *, url: str, languages: tuple[str, ...]) -> Iterator[Path]:
    """Yield the files of the picture, one a language."""
    with screen.rows():
        for language in languages:
            context.add_cookies([{"name": "django_language", "value": language, "url": url}])
            page = context.new_page()
            page.goto(url + screen.address(), wait_until="load")
            for step in screen.steps:
                step(page)
            page.add_style_tag(content=QUIET)
            page.evaluate("document.fonts.ready.then(() => null)")
            path = FOLDER / language / f"{name}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(shrink(_shoot(page, screen)))
            page.close()
            yield path


def _shoot(page: Page, screen: Screen) -> bytes:
    part = page.locator(screen.part).first
    part.scroll_into_view_if_needed()
    box = part.bounding_box()
    if box is None:
        raise LookupError(f"{page.url}: {screen.part} is not shown.")
    scrolled = page.evaluate("window.scrollY")
    left, top = max(0, box["x"] - MARGIN), max(0, box["y"] + scrolled - MARGIN)
    width = min(WIDTH - left, box["width"] + 2 * MARGIN)
    clip = {"x": left, "y": top, "width": width, "height": min(box["height"] + 2 * MARGIN, screen.height)}
    return page.screenshot(full_page=True, clip=clip)  # type: ignore[arg-type]


def shrink(picture: bytes) -> bytes:
    """Return the picture with as many colours as fit into `MOST` bytes. Raise ValueError where none do."""
    image = Image.open(BytesIO(picture)).convert("RGB")
    for colours in PALETTES:
        file = BytesIO()
        image.quantize(colours, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
        if file.tell() <= MOST:
            return file.getvalue()
    raise ValueError(f"{file.tell()} bytes: show less of the page.")
