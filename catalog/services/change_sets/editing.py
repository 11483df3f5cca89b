"""Making change sets and editing their rows. Nothing here asks or tells a vendor anything."""

from collections.abc import Collection, Iterable, Mapping
from itertools import islice
from typing import Any

from django.db import transaction

from backoffice.accounts.models import Shop
from backoffice.accounts.services.markets import Market
from backoffice.errors import IllegalTransition, InvalidInput
from backoffice.text.translatable import gettext as _
from catalog.models import Change, ChangeSet, ChangeSetState, ChangeSource, ChangeState
from catalog.services.bulk import ChildTable, to_json, upsert_children
from catalog.services.change_sets.formats import ensure_able_vendor, format_of
from catalog.services.change_sets.our_variants import link_variants
from catalog.services.change_sets.values import ChangeFormat, Value, refuse
from catalog.services.price_markets import market_of

MOST_ROWS = 200_000
MOST_ERRORS = 200
LONGEST_TITLE = 200
# So many SKUs are named in the timeline: the audit trail does not record new rows by themselves.
MOST_NAMED = 100
_CHANGES = ChildTable(
    Change,
    key=("change_set_id", "sku"),
    values=("sku_fulfiller", "requested", "before", "after", "guards", "removals", "confirmed", "state", "note"),
)


def make_change_set(
    kind: str,
    *,
    vendor: str,
    rows: Mapping[str, Value],
    title: str,
    source: ChangeSource,
    actor: str,
    shop: Shop | None = None,
    language: str = "",
    restored_from: ChangeSet | None = None,
    market: Market | None = None,
) -> ChangeSet:
    """Draft what is requested, by SKU (`values` has the formats), of prices in that market. Not checked yet.

    Raises InvalidInput, with errors by SKU, for rows that make no sense and vendors that take no such changes.
    """
    ensure_able_vendor(vendor, kind=kind)
    cleaned = _cleaned(rows, change_format=format_of(kind), market=market)
    with transaction.atomic():
        change_set = ChangeSet.objects.create(
            vendor=vendor,
            kind=kind,
            shop=shop,
            language=language,
            title=title if len(title) <= LONGEST_TITLE else title[:LONGEST_TITLE],
            source=source,
            created_by=actor,
            authors=[actor],
            restored_from=restored_from,
            currency=market.currency if market else "",
            shipping_from=market.shipping_from if market else "",
        )
        change_set.note("changeset.made", actor=actor, rows=len(cleaned), source=source, skus=_named(cleaned))
        _write(change_set, cleaned, confirmed={})
    return change_set


def add_changes(change_set: ChangeSet, *, rows: Mapping[str, Value], actor: str) -> ChangeSet:
    """Add rows to the set; where it has the SKU already the requests are joined, the newer one winning.

    It is a draft afterwards. Raises InvalidInput, and IllegalTransition when it can no longer be edited.
    """
    change_format = format_of(change_set.kind)
    cleaned = _cleaned(rows, change_format=change_format, market=market_of(change_set))
    with transaction.atomic():
        change_set = _opened(change_set, actor=actor)
        confirmed = {}
        for change in change_set.changes.filter(sku__in=cleaned).only("change_set_id", "sku", "requested", "confirmed"):
            cleaned[change.sku] = change_format.join(change.requested, cleaned[change.sku])
            confirmed[change.sku] = change.confirmed
        _write(change_set, cleaned, confirmed=confirmed)
        change_set.note("changeset.edited", actor=actor, rows=len(cleaned), skus=_named(cleaned))
    return change_set


def remove_changes(change_set: ChangeSet, *, skus: Collection[str], actor: str) -> ChangeSet:
    """Take these SKUs out of the set. Raises IllegalTransition."""
    with transaction.atomic():
        change_set = _opened(change_set, actor=actor)
        count, _by_model = change_set.changes.filter(sku__in=skus).delete()
        change_set.note("changeset.removed", actor=actor, rows=count, skus=_named(skus))
    return change_set


def confirm_removals(change_set: ChangeSet, *, sku: str, keys: Collection[str], actor: str) -> Change:
    """Confirm that exactly these values of a SKU may vanish, and no others.

    Raises InvalidInput for keys that would not vanish, IllegalTransition once the set is approved.
    """
    with transaction.atomic():
        change_set = ChangeSet.objects.locked(change_set.pk)
        if change_set.state != ChangeSetState.CHECKED:
            raise IllegalTransition(_("Deletions can be confirmed only in a checked change set."))
        change = change_set.changes.get(sku=sku)
        if unknown := sorted(set(keys) - set(change.removals)):
            text = _("These values would not be deleted: %(keys)s.") % {"keys": ", ".join(unknown)}
            raise InvalidInput(text, errors={sku: [text]})
        missing = len(change.unconfirmed)
        change.confirmed = [key for key in change.removals if key in keys]
        change.save(update_fields=["confirmed"])
        change_set.counts["unconfirmed"] = change_set.counts.get("unconfirmed", 0) - missing + len(change.unconfirmed)
        change_set.authors = _with(change_set.authors, actor)
        change_set.save(update_fields=["counts", "authors"])
        change_set.note("changeset.confirmed", actor=actor, sku=sku, keys=change.confirmed)
    return change


def reopen_change_set(change_set: ChangeSet, *, actor: str) -> ChangeSet:
    """Make an approved or scheduled set a draft again, without its approval. Raises IllegalTransition."""
    with transaction.atomic():
        change_set = ChangeSet.objects.locked(change_set.pk)
        change_set.move_to(ChangeSetState.DRAFT, actor=actor, **NOT_APPROVED)
    return change_set


def discard_change_set(change_set: ChangeSet, *, actor: str) -> ChangeSet:
    """Discard the set: it will not be pushed. Raises IllegalTransition once it was."""
    with transaction.atomic():
        change_set = ChangeSet.objects.locked(change_set.pk)
        change_set.move_to(ChangeSetState.DISCARDED, actor=actor)
    return change_set


# What an approval says, taken back.
NOT_APPROVED: dict[str, Any] = {
    "approved_by": "",
    "approved_at": None,
    "approved_hash": "",
    "override_by": "",
    "override_reason": "",
    "scheduled_for": None,
    "pushed_at": None,
}


def _opened(change_set: ChangeSet, *, actor: str) -> ChangeSet:
    """Lock the set, as a draft that the actor takes part in."""
    change_set = ChangeSet.objects.locked(change_set.pk)
    if not change_set.is_editable:
        text = _("State of change set “%(title)s”: %(state)s. Its rows can no longer be changed.")
        raise IllegalTransition(text % {"title": change_set.title, "state": change_set.get_state_display()})
    authors = _with(change_set.authors, actor)
    if change_set.state == ChangeSetState.DRAFT:
        change_set.authors = authors
        change_set.save(update_fields=["authors"])
    else:
        change_set.move_to(ChangeSetState.DRAFT, actor=actor, authors=authors, counts={})
    return change_set


def _named(skus: Iterable[str]) -> list[str]:
    return list(islice(skus, MOST_NAMED))


def _with(authors: list[str], actor: str) -> list[str]:
    return list(dict.fromkeys([*authors, actor]))


def _cleaned(rows: Mapping[str, Value], *, change_format: ChangeFormat, market: Market | None) -> dict[str, Value]:
    if len(rows) > MOST_ROWS:
        raise refuse(_("A change set can have at most %(most)d rows.") % {"most": MOST_ROWS})
    cleaned: dict[str, Value] = {}
    errors: dict[str, list[str]] = {}
    for sku, requested in rows.items():
        try:
            if not 1 <= len(sku) <= 100 or not sku.isprintable():
                raise refuse(_("This is not a valid SKU."))
            cleaned[sku] = in_market(change_format.clean(requested), market)
        except InvalidInput as error:
            errors[sku] = [text for texts in error.errors.values() for text in texts]
            if len(errors) == MOST_ERRORS:
                break
    if errors:
        raise InvalidInput(_("Rows with invalid values: %(count)d.") % {"count": len(errors)}, errors=errors)
    return cleaned


def in_market(requested: Value, market: Market | None) -> Value:
    """Return the request with the market's currency. Raise InvalidInput for one that names another."""
    if market is None:
        return requested
    if requested.get("currency", market.currency) != market.currency:
        text = _("The prices of this market are in %(held)s, not in %(given)s.")
        raise refuse(text % {"held": market.currency, "given": requested["currency"]})
    return requested | {"currency": market.currency}


def _write(change_set: ChangeSet, cleaned: Mapping[str, Value], *, confirmed: Mapping[str, list[str]]) -> None:
    """Write rows that are not checked yet."""
    state = ChangeState.PENDING.value
    rows = [
        (change_set.pk, sku, "", to_json(requested), "{}", "{}", "[]", "[]", to_json(confirmed.get(sku, [])), state, "")
        for sku, requested in cleaned.items()
    ]
    upsert_children(_CHANGES, rows)
    link_variants(change_set)
