"""Pages for what cannot be shown: what happened, why, and what to do next, in the reader's language.

Nothing of them needs the database or a reader: they are drawn when everything else has failed.
"""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from backoffice.text.translatable import gettext as _
from backoffice.web.request_id import current_request_id


def bad_request(_request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a request that Django refuses to read: a wrong host, a broken upload, too many fields."""
    text = _("The browser sent something that could not be read. Nothing was changed. Go back and try again.")
    return _page(400, _("This request could not be read"), text)


def not_allowed(_request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer who may not see a page; the exception's own sentence says why, where it has one."""
    text = str(exception or "") or _(
        "None of your roles includes it. Ask an administrator for a role that does: “Staff” shows what each role may "
        "do."
    )
    return _page(403, _("You may not open this page"), text)


def not_found(_request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer an address where there is nothing, or nothing that the reader may know of."""
    text = _(
        "It may have been deleted, the link may be incomplete, or it belongs to a shop that you do not see. Search for "
        "it from any page with Ctrl K."
    )
    return _page(404, _("Page not found"), text)


def expired_form(_request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form without the token of its session: open since before a sign-in, or sent by another site."""
    text = _(
        "Nothing was changed. You may have signed in again since you opened it, or your browser keeps no cookies of "
        "this site. Go back, reload the page and try again."
    )
    return _page(403, _("This form has expired"), text)


def failed(_request: HttpRequest) -> HttpResponse:
    """Answer a request that a fault of ours has ended."""
    text = _(
        "This is a fault of the product, not yours, and it was recorded. Try again in a minute. If it happens again, "
        "give an administrator the number below."
    )
    return _page(500, _("Something went wrong"), text)


def _page(status: int, heading: str, text: str) -> HttpResponse:
    context = {"heading": heading, "text": text, "request_id": current_request_id()}
    return HttpResponse(render_to_string("problem.html", context), status=status)
