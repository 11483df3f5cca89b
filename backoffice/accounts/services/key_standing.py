"""How a key is doing: works, soon ends, is not used, has ended. What of it needs a person stands in the inbox."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import ApiKey, ApiKeyUse
from backoffice.states import StateChoices, Tone

# Staff hear of a key's end so long before, and see it for so long after.
NOTICE = timedelta(days=14)
# The old secret of a rotated key ends so soon, and somebody still uses it.
SECRET_NOTICE = timedelta(days=2)
UNUSED = timedelta(days=90)


class KeyStanding(StateChoices):
    """Each key is one of these."""

    WORKS = "works", Tone.GREEN, "check_circle", _("valid")
    ENDS_SOON = "ends_soon", Tone.AMBER, "schedule", _("expires soon")
    UNUSED = "unused", Tone.AMBER, "hourglass_empty", _("not used for 90 days")
    EXPIRED = "expired", Tone.RED, "event_busy", _("expired")
    REVOKED = "revoked", Tone.GREY, "block", _("revoked")


def standing_of(key: ApiKey) -> KeyStanding:
    """Return how the key is doing; its `use` has been read with it."""
    now = timezone.now()
    if key.revoked:
        return KeyStanding.REVOKED
    if key.has_expired:
        return KeyStanding.EXPIRED
    if key.expiry_date and key.expiry_date < now + NOTICE:
        return KeyStanding.ENDS_SOON
    return KeyStanding.UNUSED if last_sign_of_life(key) < now - UNUSED else KeyStanding.WORKS


def use_of(key: ApiKey) -> ApiKeyUse:
    """Return what was seen of the key: an empty row where nothing was."""
    return getattr(key, "use", None) or ApiKeyUse(key=key)


def last_sign_of_life(key: ApiKey) -> datetime:
    """Return when the key was last used, else when it was made."""
    return use_of(key).used_at or key.created


def of_standing(standing: str) -> Q:
    """Return the condition that finds the keys of `standing_of`."""
    now = timezone.now()
    ended, soon = Q(expiry_date__lt=now), Q(expiry_date__lt=now + NOTICE)
    never = Q(use__used_at__isnull=True, created__lt=now - UNUSED)
    unused = never | Q(use__used_at__lt=now - UNUSED)
    alive = Q(revoked=False) & (Q(expiry_date__isnull=True) | Q(expiry_date__gte=now))
    return {
        KeyStanding.REVOKED.value: Q(revoked=True),
        KeyStanding.EXPIRED.value: Q(revoked=False) & ended,
        KeyStanding.ENDS_SOON.value: alive & soon,
        KeyStanding.UNUSED.value: alive & unused & (Q(expiry_date__isnull=True) | Q(expiry_date__gte=now + NOTICE)),
        KeyStanding.WORKS.value: alive & ~soon & ~unused,
    }[standing]


def ending_keys() -> QuerySet[ApiKey]:
    """Return keys that end soon or have lately, and those whose old secret ends while a storefront still uses it."""
    now = timezone.now()
    ending = Q(expiry_date__range=(now - NOTICE, now + NOTICE))
    secret = Q(previous_until__range=(now, now + SECRET_NOTICE), use__previous_used_at__gt=now - timedelta(days=1))
    return ApiKey.objects.filter(ending | secret, revoked=False)
