"""Drafts that storefronts make with their keys: the same rows that staff see in the list of drafts."""

import uuid

from django.db import transaction
from django.db.models import QuerySet

from backoffice.accounts.models import ApiKey
from backoffice.errors import Outdated
from backoffice.text.translatable import gettext as _
from orders.drafts.models import DraftOrder, new_reference
from orders.drafts.services.contents import DraftContent, read_content
from orders.drafts.services.editing import DraftChanged, save_draft
from orders.drafts.services.given import DraftOrderInput, merge_content


def drafts_of(key: ApiKey) -> QuerySet[DraftOrder]:
    """Return the drafts that the shop's keys of that mode made; what staff type in is theirs."""
    return DraftOrder.objects.filter(shop=key.shop_id, is_test=key.is_test, api_key__isnull=False)


@transaction.atomic
def begin_shop_draft(given: DraftOrderInput, *, key: ApiKey) -> DraftOrder:
    """Keep a new draft of the key's shop and mode."""
    content = merge_content(DraftContent(), given)
    actor, editor = actor_of(key), uuid.uuid4().hex
    draft = save_draft(new_reference(), content, shop=key.shop, version=0, editor=editor, actor=actor, api_key=key)
    return _take_reference(draft, given)


@transaction.atomic
def change_shop_draft(draft: DraftOrder, given: DraftOrderInput, *, version: int, key: ApiKey) -> DraftOrder:
    """Change what is given. Raise Outdated when somebody, staff too, has saved the draft since that version, and
    IllegalTransition once it is an order.
    """
    draft = DraftOrder.objects.select_for_update(of=("self",)).select_related("shop").get(pk=draft.pk)
    content = merge_content(read_content(draft.content), given)
    actor, editor = actor_of(key), uuid.uuid4().hex
    try:
        saved = save_draft(draft.reference, content, shop=draft.shop, version=version, editor=editor, actor=actor)
    except DraftChanged as error:
        raise Outdated(_("The draft was changed in the meantime. Read it again.")) from error
    return _take_reference(saved, given)


def actor_of(key: ApiKey) -> str:
    """Return who acts when that key does, as rows keep it."""
    return f"key:{key.name}"


def _take_reference(draft: DraftOrder, given: DraftOrderInput) -> DraftOrder:
    if isinstance(given.reference, str | None) and draft.shop_reference != (given.reference or ""):
        draft.shop_reference = given.reference or ""
        draft.save(update_fields=["shop_reference"])
    return draft
