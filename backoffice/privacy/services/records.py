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

_DAYS_OF_MONTH = 30
# Kind -> its days, of all shops.
Periods = dict[str, set[int | None]]

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


def _entry(holder: Holder, periods: Periods) -> RecordEntry:
    ways = [_t("order, e-mail or address")] if holder.find else []
    ways += [_t("text")] if holder.scrubbed else []
    return RecordEntry(str(holder.holds), _kept(holder, periods), ", ".join(ways) or "–", _end(holder))


def _end(holder: Holder) -> str:
    if holder.about is About.STAFF:
        return _t("end of the account")
    if holder.deleted:
        return _t("deletion")
    return _t("clearing; numbers and amounts remain") if holder.emptied or holder.erase else _t("removing the person")


def setting_of(holder: Holder) -> str:
    """Return the name of the setting that ends the holder's rows, whatever periods say; empty where none does."""
    if holder.setting is not None:
        return holder.setting
    kind = KINDS.get(str(holder.kept))
    return kind.setting if kind else ""


def _periods() -> Periods:
    """Return by kind after how many days it goes, in one shop or another; None: it stays."""
    days: Periods = {kind: set() for kind in KINDS}
    for scope in scopes():
        days[scope.kind.kind].add(scope.days)
    return days


def _kept(holder: Holder, periods: Periods) -> str:
    """Return how long it is kept, in words: by its kind, or as its sentence says, and no longer than its setting."""
    limit = _limit(setting_of(holder))
    if str(holder.kept) not in KINDS:
        return str(holder.kept) % {"period": limit[1]} if limit else str(holder.kept)
    days = periods[str(holder.kept)] or {None}
    return ", ".join(dict.fromkeys(_shorter(one, limit) for one in sorted(days, key=lambda one: (one is None, one))))


def _limit(setting: str) -> tuple[int, str] | None:
    """Return the days of a setting, and in words; nothing where it ends nothing."""
    if not setting or (setting == "AUDIT_DAYS" and not settings.AUDIT_DAYS):
        return None
    number = int(getattr(settings, setting))
    if setting.endswith("_MONTHS"):
        return number * _DAYS_OF_MONTH, _t("%(months)d months") % {"months": number}
    return number, _t("%(days)d days") % {"days": number}


def _shorter(days: int | None, limit: tuple[int, str] | None) -> str:
    if limit and (days is None or limit[0] < days):
        return limit[1]
    return _t("indefinitely") if days is None else _t("%(days)d days") % {"days": days}
