"""How each vendor stands: what staff see on the integrations page, in the banner, and from `manage.py doctor`."""

from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.db.models import Count, Min
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.engine.models import Callback, Integration, Push
from backoffice.engine.models.push import OPEN_STATES, PushState
from backoffice.engine.services import rate_limits
from backoffice.engine.services.pulling import count_drift
from backoffice.engine.services.rate_limits import RateLimitStatus
from backoffice.states import StateChoices, Tone
from backoffice.text.datetimes import start_of_day
from backoffice.vendors.abilities import Vendor
from backoffice.vendors.registry import (
    vendor_names,
    vendor_setting,
    vendor_title,
    vendor_type,
)


class VendorHealth(StateChoices):
    """The worst thing that is true of a vendor, worst first."""

    NOT_SET_UP = "not_set_up", Tone.GREY, "power_off", _("not set up")
    REFUSED = "refused", Tone.RED, "key_off", _("credentials refused")  # ours
    PAUSED = "paused", Tone.AMBER, "pause_circle", _("paused")
    STOPPED = "stopped", Tone.RED, "cloud_off", _("calls stopped")  # by the breaker
    FAILING = "failing", Tone.AMBER, "warning", _("failing")
    UNUSED = "unused", Tone.GREY, "schedule", _("not used yet")
    WORKING = "working", Tone.GREEN, "check_circle", _("working")


class Mode(StateChoices):
    """What a call to the vendor leads to. Live is the loudest: it costs money."""

    LIVE = "live", Tone.RED, "local_fire_department", _("live: really produced and charged")
    SANDBOX = "sandbox", Tone.BLUE, "science", _("sandbox: nothing is produced")  # the vendor is told so
    LOCAL = "local", Tone.BLUE, "lan", _("replayed on this machine")


@dataclass(frozen=True)
class Queue:
    """Open pushes of one vendor; `oldest` is when the oldest of those not yet finished was made."""

    waiting: int = 0
    in_flight: int = 0
    unknown: int = 0
    oldest: datetime | None = None


@dataclass(frozen=True)
class VendorStatus:
    """One vendor at this moment. `integration` is unsaved for a vendor that was never used.

    `title` is what it is called, `purpose` one line of what it does.
    """

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
    """One for each vendor the project knows, set up or not. Four queries, and one per vendor."""
    integrations = Integration.objects.in_bulk()
    queues = read_queues()
    midnight = start_of_day(timezone.localdate())
    today = Callback.objects.filter(received_at__gte=midnight).values("vendor").annotate(number=Count("pk"))
    callbacks = dict(today.order_by().values_list("vendor", "number"))
    drift = count_drift(hours=24)
    statuses = []
    for name in vendor_names():
        integration = integrations.get(name) or Integration(vendor=name)
        statuses.append(
            VendorStatus(
                name=name,
                title=vendor_title(name),
                purpose=str(vendor_type(name, Vendor).purpose),
                standing=standing_of(integration),
                mode=mode_of(name),
                address=address_of(name),
                integration=integration,
                rate_limit=rate_limits.rate_limit_status(name),
                queue=queues.get(name, Queue()),
                callbacks_today=callbacks.get(name, 0),
                drift=drift.get(name, 0),
            )
        )
    return statuses


def read_queues() -> dict[str, Queue]:
    """Open pushes by vendor, from the index of open pushes; one query."""
    rows = Push.objects.filter(state__in=OPEN_STATES).values_list("vendor", "state").order_by()
    counted: dict[str, dict[str, int]] = {}
    oldest: dict[str, datetime] = {}
    for vendor, state, number, since in rows.annotate(number=Count("pk"), since=Min("created_at")):
        counted.setdefault(vendor, {})[state] = number
        oldest[vendor] = min(since, oldest.get(vendor, since))
    return {
        vendor: Queue(
            waiting=numbers.get(PushState.NEW, 0),
            in_flight=numbers.get(PushState.IN_FLIGHT, 0),
            unknown=numbers.get(PushState.UNKNOWN, 0),
            oldest=oldest[vendor],
        )
        for vendor, numbers in counted.items()
    }


def standing_of(integration: Integration) -> VendorHealth:
    """The worst thing that is true of the vendor now."""
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
    """The setting `<VENDOR>_URL`, empty when there is none."""
    return str(vendor_setting(vendor, "URL", ""))


def mode_of(vendor: str) -> Mode:
    """Whether calls have consequences: the setting `<VENDOR>_SANDBOX`, or an address on this machine."""
    if is_loopback(address_of(vendor)):
        return Mode.LOCAL
    return Mode.SANDBOX if vendor_setting(vendor, "SANDBOX", False) else Mode.LIVE


def is_loopback(url: str) -> bool:
    """Whether the address can be reached from this machine only."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
