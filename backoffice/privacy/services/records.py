"""The record of processing under Article 30 GDPR, made of what apps have registered."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from backoffice.privacy.periods import KINDS
from backoffice.privacy.registry import About, Holder, holders
from backoffice.privacy.services.retention import scopes
from backoffice.text.translatable import gettext as _t
from backoffice.vendors.registry import vendor_names, vendor_title

# Label of an app -> what its data is for.
PURPOSES = {
    "orders": _("Taking, producing and shipping orders"),
    "fulfillment": _("Making and shipping goods for others"),
    "customers": _("Customer care"),
    "drafts": _("Entering orders manually"),
    "importing": _("Importing orders from tables"),
    "woocommerce": _("Importing orders from WooCommerce"),
    "rules": _("Processing orders with rules"),
    "conversation": _("Discussing work on orders"),
    "complaints": _("Handling complaints"),
    "marketing": _("Letters, cards and review requests"),
    "catalog": _("Shopper designs and reviews"),
    "mail": _("Informing customers by e-mail"),
    "webhooks": _("Informing storefronts"),
    "jobs": _("Exporting and changing lists"),
    "engine": _("Exchanging data with vendors"),
    "accounts": _("Connecting shops"),
    "signin": _("Signing staff in"),
    "auth": _("Signing staff in"),
    "privacy": _("Answering requests about personal data"),
    "audit": _("Tracing changes"),
}


@dataclass(frozen=True)
class RecordEntry:
    """What one model holds."""

    holds: str
    kept: str
    found: str
    ends: str


@dataclass(frozen=True)
class Processing:
    """One purpose with all that is held for it."""

    purpose: str
    people: str
    entries: list[RecordEntry]


def record_of() -> list[Processing]:
    """Return what is processed for which purpose, in the order in which apps are installed."""
    found: dict[tuple[str, About], list[RecordEntry]] = {}
    order = [config.label for config in apps.get_app_configs()]
    periods = _periods()
    for holder in sorted(holders(), key=lambda one: order.index(one.model._meta.app_label)):
        key = (_purpose(holder), holder.about)
        found.setdefault(key, []).append(_entry(holder, periods))
    people = {About.CUSTOMER: _t("customers and recipients"), About.STAFF: _t("staff")}
    return [Processing(purpose, people[about], entries) for (purpose, about), entries in found.items()]


def recipients() -> list[str]:
    """Return who is given data."""
    return sorted({str(vendor_title(name)) for name in vendor_names()})


def as_markdown() -> str:
    """Return the record as a document."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield f"# {_t('Record of processing (Article 30 GDPR)')}"
    yield ""
    yield _t("Generated from the registry of personal data of %(place)s.") % {"place": settings.PUBLIC_URL}
    yield ""
    yield f"{_t('Recipients')}: {', '.join(recipients()) or '–'}"
    for part in record_of():
        yield from ("", f"## {part.purpose}", "", f"{_t('Data subjects')}: {part.people}", "")
        yield f"| {_t('Data')} | {_t('Kept')} | {_t('Found by')} | {_t('Erased by')} |"
        yield "|---|---|---|---|"
        for entry in part.entries:
            yield f"| {entry.holds} | {entry.kept} | {entry.found} | {entry.ends} |"


def _purpose(holder: Holder) -> str:
    return str(PURPOSES.get(holder.model._meta.app_label, _("Staff pages")))


def _entry(holder: Holder, periods: dict[str, str]) -> RecordEntry:
    ways = [_t("order, e-mail or address")] if holder.find else []
    ways += [_t("text")] if holder.scrubbed else []
    kept = periods.get(str(holder.kept), str(holder.kept))
    return RecordEntry(str(holder.holds), kept, ", ".join(ways) or "–", _end(holder))


def _end(holder: Holder) -> str:
    if holder.about is About.STAFF:
        return _t("end of the account")
    if holder.deleted:
        return _t("deletion")
    return _t("clearing; numbers and amounts remain") if holder.emptied or holder.erase else _t("removing the person")


def _periods() -> dict[str, str]:
    """Return by kind how long it is kept, in words."""
    days: dict[str, set[int | None]] = {}
    for scope in scopes():
        days.setdefault(scope.kind.kind, set()).add(scope.days)
    return {kind: _in_words(days.get(kind, set())) for kind in KINDS}


def _in_words(days: set[int | None]) -> str:
    limits = sorted(one for one in days if one is not None)
    texts = [_t("%(days)d days") % {"days": one} for one in limits]
    return ", ".join(texts + ([_t("indefinitely")] if None in days or not days else []))
