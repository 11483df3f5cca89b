"""Photos of a complaint: as they came, and small."""

from django.core.cache import caches
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from backoffice.engine.services.files import open_file
from backoffice.files.checked import DamagedFile
from backoffice.files.types import PNG
from backoffice.staff.pages import get_visible_or_404
from backoffice.web.file_answers import file_response
from orders.complaints.admin.frame import Pages, require
from orders.complaints.models import ComplaintPhoto
from orders.services.designs.pictures import PICTURE_CACHE, NoPicture, draw_thumbnail

# A photo never changes.
PICTURE_SECONDS = 3600


def photo(request: HttpRequest, pk: int, photo_pk: int) -> HttpResponseBase:
    """Show a photo as it came. 404 where our copy is gone."""
    row = _photo(request, pk, photo_pk)
    try:
        return file_response(open_file(row), content_type=row.content_type, name=f"C-{pk}-{row.pk}")
    except FileNotFoundError:
        raise Http404 from None


def thumbnail(request: HttpRequest, pk: int, photo_pk: int) -> HttpResponseBase:
    """Show a photo small. 404 where nothing can be drawn of it."""
    row = _photo(request, pk, photo_pk)
    key = f"orders.complaint_photo.{row.pk}"
    drawn = caches[PICTURE_CACHE].get(key)
    if drawn is None:
        drawn = _draw(row)
        caches[PICTURE_CACHE].set(key, drawn, PICTURE_SECONDS)
    if not drawn:
        raise Http404
    return file_response(drawn, content_type=PNG, name=f"C-{pk}-{row.pk}", seconds=PICTURE_SECONDS)


def _draw(row: ComplaintPhoto) -> bytes:
    """Return b"" where nothing can be drawn: the page must not try again at once."""
    try:
        with open_file(row) as file:
            return draw_thumbnail(file.read())
    except (NoPicture, FileNotFoundError, DamagedFile):
        return b""


def _photo(request: HttpRequest, pk: int, photo_pk: int) -> ComplaintPhoto:
    require(request)
    return get_visible_or_404(ComplaintPhoto, pk=photo_pk, complaint=pk)


PAGES: Pages = [
    ("<int:pk>/photos/<int:photo_pk>/", "photo", photo),
    ("<int:pk>/photos/<int:photo_pk>/small/", "thumbnail", thumbnail),
]
