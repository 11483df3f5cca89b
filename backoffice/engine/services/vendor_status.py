"""How each vendor stands: what staff see on the integrations page, in the banner, and from `manage.py doctor`."""

import time
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.db.models import Count, Min, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice import published_secrets
from backoffice.engine.models import Callback, Integration, Push
from backoffice.engine.models.push import Lane, PushState
from backoffice.engine.services import rate_limits
from backoffice.engine.services.integrations import get_vendor
from backoffice.engine.services.limiter import stop_for_credentials
from backoffice.engine.services.pulling import count_drift
from backoffice.engine.services.rate_limits import RateLimitStatus
from backoffice.states import StateChoices, Tone
from backoffice.text.datetimes import start_of_day
from backoffice.text.translatable import gettext as _t
from backoffice.vendors.abilities import Vendor
from backoffice.vendors.errors import RateLimited, VendorAuthFailed, VendorError, VendorRejected
from backoffice.vendors.registry import (
    accounts_of,
    find_account,
    is_for_tests,
    kept_accounts,
    sandbox_names,
    test_names,
    vendor_names,
    vendor_setting,
    vendor_title,
    vendor_type,
)
from backoffice.visibility import visible


class VendorHealth(StateChoices):
    """The worst thing that is true of a vendor, worst first."""

    NOT_SET_UP = "not_set_up", Tone.GREY, "power_off", _("not set up")
    REFUSED = "refused", Tone.RED, "key_off", _("credentials rejected")  # ours
    PAUSED = "paused", Tone.AMBER, "pause_circle", _("paused")
    STOPPED = "stopped", Tone.RED, "cloud_off", _("calls stopped")  # by the breaker
    FAILING = "failing", Tone.AMBER, "warning", _("failing")
    UNUSED = "unused", Tone.GREY, "schedule", _("not used yet")
    WORKING = "working", Tone.GREEN, "check_circle", _("working")


class Mode(StateChoices):
    """What a call to the vendor leads to. Live is the loudest: it costs money."""

    LIVE = "live", Tone.RED, "local_fire_department", _("live: orders are produced and charged")
    SANDBOX = "sandbox", Tone.BLUE, "science", _("sandbox: nothing is produced")  # the vendor is told so
    LOCAL = "local", Tone.BLUE, "lan", _("simulated on this machine")


@dataclass(frozen=True)
class Queue:
    """Open pushes of one vendor; `oldest` is when the oldest of those not yet finished was made."""

    waiting: int = 0
    in_flight: int = 0
    unknown: int = 0
    oldest: datetime | None = None


@dataclass(frozen=True)
class VendorStatus:
    """One vendor as it is now. `integration` is unsaved for a vendor that was never used."""

    name: str
    title: str
    purpose: str
    standing: VendorHealth
    mode: Mode
    address: str
    integration: Integration
    rate_limit: RateLimitStatus
    queue: Queue
    callbacks_today: int
    # News of the last day that a pull found and no webhook had brought.
    drift: int = 0


def read_vendor_statuses() -> list[VendorStatus]:
    """Return one for each vendor the project knows, set up or not, for sandboxes that are, and for their accounts.
    Five queries.
    """
    names = shown_names()
    integrations = {name: Integration(vendor=name) for name in names} | Integration.objects.in_bulk()
    queues, drift = read_queues(), count_drift(hours=24)
    limits = rate_limits.rate_limit_statuses(names)
    midnight = start_of_day(timezone.localdate())
    today = visible(Callback.objects.filter(received_at__gte=midnight)).values("vendor").annotate(number=Count("pk"))
    callbacks = dict(today.order_by().values_list("vendor", "number"))
    return [
        VendorStatus(
            name=name,
            title=vendor_title(name),
            purpose=str(vendor_type(name, Vendor).purpose),
            standing=_health_of(integrations[name]),
            mode=mode_of(name),
            address=address_of(name),
            integration=integrations[name],
            rate_limit=limits[name],
            queue=queues.get(name, Queue()),
            callbacks_today=callbacks.get(name, 0),
            drift=drift.get(name, 0),
        )
        for name in names
    ]


def shown_names() -> list[str]:
    """Return the vendors, the sandboxes that are set up, and behind each the accounts that are kept of it."""
    shown = {*vendor_names(), *sandbox_names(), *(one.name for one in kept_accounts() if not one.is_retired)}
    return [one for name in (*vendor_names(), *test_names()) for one in accounts_of(name) if one in shown]


def read_queues() -> dict[str, Queue]:
    """Return the open pushes by vendor, from the index of open pushes; one query."""
    numbers = {
        "waiting": Count("pk", filter=Q(state=PushState.NEW)),
        "in_flight": Count("pk", filter=Q(state=PushState.IN_FLIGHT)),
        "unknown": Count("pk", filter=Q(state=PushState.UNKNOWN)),
    }
    rows = visible(Push.objects.open()).order_by().values_list("vendor").annotate(**numbers, oldest=Min("created_at"))
    return {vendor: Queue(*values) for vendor, *values in rows}


def _health_of(integration: Integration) -> VendorHealth:
    if not vendor_type(integration.vendor, Vendor).is_configured():
        return VendorHealth.NOT_SET_UP
    if integration.auth_failed_at:
        return VendorHealth.REFUSED
    if integration.paused_at:
        return VendorHealth.PAUSED
    if integration.open_until and integration.open_until > timezone.now():
        return VendorHealth.STOPPED
    if integration.failures:
        return VendorHealth.FAILING
    return VendorHealth.WORKING if integration.last_success_at else VendorHealth.UNUSED


def address_of(vendor: str) -> str:
    """Return the setting `<VENDOR>_URL`, empty when there is none."""
    return str(vendor_setting(vendor, "URL", ""))


def mode_of(vendor: str) -> Mode:
    """Return whether calls have consequences: by the setting `<VENDOR>_SANDBOX`, or an address on this machine."""
    if is_loopback(address_of(vendor)):
        return Mode.LOCAL
    return Mode.SANDBOX if is_for_tests(vendor) or vendor_setting(vendor, "SANDBOX", False) else Mode.LIVE


def is_loopback(url: str) -> bool:
    """Return whether only this machine can reach the address."""
    host = urlsplit(url).hostname
    return bool(host) and published_secrets.is_loopback(str(host))


@dataclass(frozen=True)
class VendorCheck:
    """What the vendor answered, or why it did not; `seconds` is how long that took.

    `is_asked` is false for a vendor that offers nothing harmless: then the text is ours.
    """

    is_ok: bool
    text: str
    remedy: str
    seconds: float
    is_asked: bool = True


def check_vendor(name: str) -> VendorCheck:
    """Make the vendor's harmless call, through the limiter like any other. Raises UnknownVendor."""
    if not vendor_type(name, Vendor).is_configured():
        remedy = _t("Set its address and credentials; .env.example lists the settings.")
        if find_account(name):
            remedy = _t("Enter its credentials on the “Integrations” page.")
        return VendorCheck(is_ok=False, text=_t("It is not set up."), remedy=remedy, seconds=0)
    started = time.monotonic()
    try:
        text, is_ok, remedy = get_vendor(name, Vendor, lane=Lane.ORDERS).check(), True, ""
    except VendorError as error:
        is_kept = find_account(name) is not None
        if is_kept and isinstance(error, VendorAuthFailed):
            # Its card says so, and orders of its shops wait, until its credentials are changed.
            stop_for_credentials(name, text=error.text)
        text, is_ok, remedy = error.text, False, _remedy(error, is_kept=is_kept)
    seconds, is_asked = time.monotonic() - started, vendor_type(name, Vendor).CHECK_ASKS
    return VendorCheck(is_ok=is_ok, text=str(text), remedy=remedy, seconds=seconds, is_asked=is_asked)


def _remedy(error: VendorError, *, is_kept: bool) -> str:
    match error:
        case RateLimited():
            return _t("Resume it if it is stopped; otherwise wait a moment.")
        case VendorAuthFailed() if is_kept:
            return _t("Check its credentials; they may have been changed at the vendor.")
        case VendorAuthFailed():
            return _t("Check client ID and secret in the settings; they may have been changed at the vendor.")
        case VendorRejected(status=403):
            return _t("Have the missing role added to the client at the vendor.")
        case _:
            return _t("Check the address in the settings and whether the vendor is up.")
