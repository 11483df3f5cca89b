"""A label that came as a picture, put on a page of its own so that it is printed with the other papers."""

from io import BytesIO

from PIL import Image
from reportlab.lib.pagesizes import A4, A6
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

_POINTS = 72
# Pixels an inch that a printer of labels has; what else a picture claims is a default of some program.
_DPI = (150, 1200)


def picture_page(content: bytes) -> bytes:
    """Return a PDF of one page: as large as the picture says, where it says it credibly, else A6, upright or lying."""
    with Image.open(BytesIO(content), formats=("PNG", "JPEG")) as opened:
        size = _page_size(opened)
        # On white: a transparent ground prints black. Grey and black stay what they are, so bars stay sharp.
        picture = opened.convert("RGBA") if opened.has_transparency_data else opened.convert("RGB")
        if picture.mode == "RGBA":
            ground = Image.new("RGBA", picture.size, "white")
            picture = Image.alpha_composite(ground, picture).convert("RGB")
    target = BytesIO()
    canvas = Canvas(target, pagesize=size)
    canvas.drawImage(ImageReader(picture), 0, 0, *size, preserveAspectRatio=True, anchor="c")
    canvas.showPage()
    canvas.save()
    return target.getvalue()


def _page_size(picture: Image.Image) -> tuple[float, float]:
    dpi = picture.info.get("dpi")
    if dpi and all(_DPI[0] <= float(side) <= _DPI[1] for side in dpi):
        width, height = (pixels / float(side) * _POINTS for pixels, side in zip(picture.size, dpi, strict=True))
        if max(width, height) <= max(A4) and min(width, height) <= min(A4):
            return width, height
    short, long = A6
    return (long, short) if picture.width > picture.height else (short, long)
