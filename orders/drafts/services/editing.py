"""Keeping a draft: begun, saved, deleted. What two people type at once is never mixed, and never lost."""

from django.db import transaction

from backoffice.accounts.models import ApiKey, Shop
from backoffice.errors import Conflict, InvalidInput
from backoffice.text.translatable import gettext as _
from orders.drafts.models import DraftOrder
from orders.drafts.models.draft_order import is_reference
from orders.drafts.services.contents import DraftContent, keep_content
from orders.models import Order


class DraftChanged(Conflict):
    """Somebody else has saved the draft meanwhile: the details `by` and `at` say who and when."""

    code = "draft_changed"


@transaction.atomic
def save_draft(
    reference: str,
    content: DraftContent,
    *,
    shop: Shop,
    version: int,
    editor: str,
    actor: str,
    repeats: Order | None = None,
    api_key: ApiKey | None = None,
) -> DraftOrder:
    """Keep the content under the reference, and begin the draft with its first save (`version` 0).

    `version` is the one that the page began with or was answered last; `editor` names the page, so that a save whose
    answer was lost can be repeated. `api_key` is the one by which a storefront begins it. Raise DraftChanged (nothing
    is kept) when another page has saved since, IllegalTransition once the draft is an order, InvalidInput for what is
    no reference of a draft.
    """
    if not is_reference(reference):
        raise InvalidInput(_("This is not a draft."), errors={"reference": [_("This is not a draft.")]})
    begun = {"shop": shop, "repeats": repeats, "created_by": actor, "updated_by": actor, "editor": editor, "version": 0}
    is_test = bool((repeats and repeats.is_test) or (api_key and api_key.is_test))
    defaults = {**begun, "api_key": api_key, "is_test": is_test}
    draft, _is_new = DraftOrder.objects.get_or_create(reference=reference, defaults=defaults)
    draft = DraftOrder.objects.select_for_update().get(pk=draft.pk)
    draft.can_change().ensure()
    if draft.version != version and draft.editor != editor:
        text = _("%(person)s saved this draft in the meantime. Your version is not saved.")
        raise DraftChanged(text % {"person": draft.updated_by}, by=draft.updated_by, at=draft.updated_at)
    draft.shop, draft.content = shop, keep_content(content)
    draft.customer, draft.email = content.customer_name[:500], content.customer.email or ""
    draft.line_count = len(content.lines)
    draft.version, draft.editor, draft.updated_by = draft.version + 1, editor, actor
    draft.save()
    return draft


@transaction.atomic
def delete_draft(draft: DraftOrder) -> None:
    """Take the draft away for good. Raise IllegalTransition once it is an order."""
    draft = DraftOrder.objects.select_for_update().get(pk=draft.pk)
    draft.can_change().ensure()
    draft.delete()
