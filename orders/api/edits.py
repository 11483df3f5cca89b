"""Editing an order over REST: its revision as an entity tag, so that nobody overwrites what they have not seen."""

import re

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from backoffice.api.validation import MalformedInput
from backoffice.errors import Outdated, PreconditionMissing
from backoffice.text.translatable import gettext as _
from orders.models import Order

ETAG = OpenApiParameter(
    name="ETag",
    location=OpenApiParameter.HEADER,
    type={"type": "string", "pattern": '^"[0-9]+"$'},
    description="The order's revision, to be sent as `If-Match` with an edit. It counts edits of what was ordered, and "
    "nothing that vendors report.",
    response=[200],
)
IF_MATCH = OpenApiParameter(
    name="If-Match",
    location=OpenApiParameter.HEADER,
    type={"type": "string", "pattern": '^"[0-9]{1,9}"$'},
    required=True,
    description='The `ETag` of the order as it was read, e.g. `"3"`.',
)
_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e]*"')
_OURS = re.compile(r'"([0-9]{1,9})"')


def etag_of(order: Order) -> str:
    """Return the order's entity tag."""
    return f'"{order.revision}"'


def read_if_match(request: Request) -> int:
    """Return the revision that the edit is based upon. Raise PreconditionMissing, MalformedInput, or Outdated for a tag
    that is not ours.
    """
    header = request.headers.get("If-Match", "").strip()
    if not header:
        raise PreconditionMissing(
            _("Send the order's ETag as If-Match, so that changes by others are not overwritten.")
        )
    if match := _OURS.fullmatch(header):
        return int(match[1])
    if _TAG.fullmatch(header):
        raise Outdated(_("This is not an ETag of the order. Read the order again."))
    raise MalformedInput(_('If-Match must be exactly one ETag of the order, e.g. "3".'), errors={})
