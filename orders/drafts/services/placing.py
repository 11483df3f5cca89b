"""A draft becomes an order: once, through the intake of all orders."""

import msgspec
from django.db import transaction

from backoffice.api.validation import read_struct
from backoffice.errors import Conflict, InvalidInput
from backoffice.text.translatable import gettext as _
from orders.drafts.models import DraftOrder
from orders.drafts.services.assembling import assemble, build_new_order
from orders.drafts.services.contents import read_content
from orders.models import Order
from orders.services.intake.input import NewOrder, PrintFile
from orders.services.intake.judging import JudgedOrder, preview_order
from orders.services.intake.repeating import repeat_auth
from orders.services.intake.taking import place_order, refusing_taken_reference


@transaction.atomic
def place_draft(draft: DraftOrder, *, actor: str, hold_invalid: bool = False) -> Order:
    """Return the order that came of the draft; a second press finds the first one's.

    It begins as if its shop had sent it: held where something stands against it, else released or new as the shop is
    set. Raise InvalidInput and OrderRefused with errors by field (the latter not with `hold_invalid`),
    Conflict for a draft that was deleted meanwhile.
    """
    # Without a join: whoever has waited for the row sees it as it is now, and what is joined as it was before.
    found = DraftOrder.objects.select_for_update().filter(pk=draft.pk).first()
    if found is None:
        raise Conflict(_("The draft was deleted."))
    draft = found
    if draft.order is not None:
        return draft.order
    new = _read_order(draft)
    shop, is_test = draft.shop, draft.is_test
    with refusing_taken_reference(new, shop=shop, is_test=is_test), transaction.atomic():
        placed = place_order(
            new, shop=shop, actor=actor, hold_invalid=hold_invalid, repeats=draft.repeats, is_test=is_test
        )
    order = placed.order
    draft.order, draft.updated_by = order, actor
    draft.save(update_fields=["order", "updated_by", "updated_at"])
    if draft.api_key_id is not None:
        order.events.create(actor=actor, kind="order.from_draft")
    elif draft.repeats is None:
        order.events.create(actor=actor, kind="order.by_hand")
    else:
        order.events.create(actor=actor, kind="order.repeats", params={"number": draft.repeats.number})
        draft.repeats.events.create(actor=actor, kind="order.repeated", params={"number": order.number})
    return order


def preview_draft(draft: DraftOrder, *, hold_invalid: bool = False) -> JudgedOrder:
    """Return what placing the draft would come to now, and write nothing. Raise what placing it would."""
    return preview_order(_read_order(draft), shop=draft.shop, hold_invalid=hold_invalid, is_test=draft.is_test)


def _read_order(draft: DraftOrder) -> NewOrder:
    """Return what a storefront would send. Raise InvalidInput while something of it is missing or cannot be read."""
    content = read_content(draft.content)
    assembled = assemble(content, shop=draft.shop)
    if assembled.errors:
        raise InvalidInput(_("The draft is not complete."), errors=assembled.errors)
    new = build_new_order(content, assembled, shop=draft.shop, reference=draft.order_reference)
    new = read_struct(msgspec.to_builtins(new), NewOrder)
    if draft.repeats is not None:
        _add_credentials(new, draft.repeats)
    return new


def _add_credentials(new: NewOrder, repeated: Order) -> None:
    """Give files of the order that is repeated the credentials by which they were fetched: drafts never hold them, and
    they go to no other address.
    """
    lines = {line.reference: line for line in repeated.lines.all()}
    for line in new.lines:
        before = lines.get(line.reference or "")
        if before is None or not before.file_credentials:
            continue
        sealed = {
            file["url"]: before.file_credentials[str(index)]
            for index, file in enumerate(before.files)
            if str(index) in before.file_credentials
        }
        line.files = [_with_auth(file, sealed.get(file.url or "")) for file in line.files]


def _with_auth(file: PrintFile, sealed: dict[str, str] | None) -> PrintFile:
    return file if sealed is None else PrintFile(url=file.url, type=file.type, auth=repeat_auth(sealed))
