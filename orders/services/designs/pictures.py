"""Designs as pictures: a preview is a PDF or a picture, which of them no document says, so its bytes are looked at."""

from io import BytesIO
from typing import TYPE_CHECKING

from backoffice.files.pictures import BROKEN
from backoffice.files.types import PDF, content_type_of

if TYPE_CHECKING:
    from PIL.Image import Image

# The cache in which small pictures are remembered.
PICTURE_CACHE = "pictures"
SIDE = 320  # pixels of a thumbnail's longer side
# A picture that claims more would take the memory of the whole process.
MAX_PIXELS = 64_000_000


class NoPicture(ValueError):
    """Nothing can be drawn of it."""


def draw_thumbnail(content: bytes) -> bytes:
    """Return a PNG of at most 320 by 320 pixels: the picture, or the first page. Raise NoPicture."""
    import pypdfium2  # both heavy to load, and few processes ever draw
    from PIL.Image import DecompressionBombError

    kind = content_type_of(content)
    try:
        picture = _first_page(content) if kind == PDF else _picture(content)
        picture.thumbnail((SIDE, SIDE))
        target = BytesIO()
        picture.convert("RGB").save(target, "PNG", optimize=True)
    except (pypdfium2.PdfiumError, DecompressionBombError, *BROKEN) as error:
        raise NoPicture(str(error)) from error
    return target.getvalue()


def _first_page(content: bytes) -> "Image":
    import pypdfium2

    document = pypdfium2.PdfDocument(content)
    try:
        page = document[0]
        width, height = page.get_size()
        drawn: Image = page.render(scale=SIDE / max(width, height, 1)).to_pil()
    finally:
        document.close()
    return drawn


def _picture(content: bytes) -> "Image":
    from PIL.Image import open as open_picture

    picture = open_picture(BytesIO(content), formats=("PNG", "JPEG", "WEBP"))
    if picture.width * picture.height > MAX_PIXELS:
        raise NoPicture(f"{picture.width} by {picture.height} pixels are too many.")
    return picture
