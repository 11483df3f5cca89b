"""What the apps below, Django's and those of others hold of people."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import IdempotencyKey, Shop
from backoffice.engine.models import Callback, Push, PushAttempt, WaitingFile
from backoffice.engine.models.push import OPEN_STATES
from backoffice.privacy.models import PrivacyRequest, RequestKind, VendorErasure
from backoffice.privacy.periods import RetentionSource, add_source
from backoffice.privacy.person import DataSubject
from backoffice.privacy.registry import FREE, KEEP, SCRUB, About, Holder, register, register_without, shared_labels
from backoffice.privacy.services.hashing import hash_word
from backoffice.privacy.services.spellings import Scrubber
from backoffice.staff.models import SavedView
from backoffice.visibility import about_shop


def _find_pushes(person: DataSubject) -> QuerySet[Any]:
    return Push.objects.filter(person.as_subject())


def _erase_pushes(person: DataSubject, rows: QuerySet[Any]) -> None:
    rows.exclude(subject_type__in=shared_labels()).update(payload={}, follow_up=None, errors=[], cause="", decision="")


def _find_attempts(person: DataSubject) -> QuerySet[Any]:
    return PushAttempt.objects.filter(push__in=person.of(Push))


def _erase_attempts(person: DataSubject, rows: QuerySet[Any]) -> None:
    """Empty those of one person; take the person out of those of several."""
    from backoffice.privacy.services.columns import scrub_rows

    shared = rows.filter(push__subject_type__in=shared_labels())
    rows.exclude(push__subject_type__in=shared_labels()).update(url="", request="", answer="", error="")
    scrub_rows(ATTEMPTS, shared, scrubber=Scrubber(person))


def _find_callbacks(person: DataSubject) -> QuerySet[Any]:
    return Callback.objects.filter(person.as_subject())


def _find_copies(person: DataSubject) -> QuerySet[Any]:
    """Return what was asked for them before: the file of a copy is theirs."""
    hashes = [hash_word(word) for word in person.emails | person.references if word]
    return PrivacyRequest.objects.filter(kind=RequestKind.EXPORT, hashes__overlap=hashes)


def _drop_copies(person: DataSubject, rows: QuerySet[Any]) -> None:
    rows.update(path="", size=None, sha256="", stored_at=None, reason="", problem="")


def _find_sessions(person: DataSubject) -> QuerySet[Any]:
    """Return the sessions of staff in which something of them stands, such as a search or a message."""
    scrubber = Scrubber(person)
    named = [row.pk for row in Session.objects.iterator(chunk_size=500) if scrubber.names(repr(row.get_decoded()))]
    return Session.objects.filter(pk__in=named)


def _old_attempts(shop: Shop | None, before: datetime) -> QuerySet[Any]:
    """Return attempts of pushes that have ended."""
    is_open = Push.objects.filter(pk=OuterRef("push_id"), state__in=OPEN_STATES)
    return PushAttempt.objects.filter(~Exists(is_open), started_at__lt=before)


def _forget_attempts(keys: Collection[int]) -> None:
    PushAttempt.objects.filter(pk__in=keys).update(request="", answer="", url="")


def _old_callbacks(shop: Shop | None, before: datetime) -> QuerySet[Any]:
    return Callback.objects.filter(Q(next_at__isnull=True), received_at__lt=before)


def _forget_callbacks(keys: Collection[int]) -> None:
    Callback.objects.filter(pk__in=keys).update(body=b"")


def _old_changes(shop: Shop | None, before: datetime) -> QuerySet[Any]:
    return LogEntry.objects.filter(action_time__lt=before)


def _forget_changes(keys: Collection[int]) -> None:
    LogEntry.objects.filter(pk__in=keys).delete()


def _about(shop: Shop | None) -> Q:
    """Return the condition of rows about something of the shop; with None, of what is no single shop's."""
    if shop is not None:
        return about_shop(shop.pk)
    of_any = Q(pk__in=[])
    for key in Shop.objects.values_list("pk", flat=True):
        of_any |= about_shop(key)
    return ~of_any


def _attempts_of(shop: Shop | None) -> Q:
    return Q(Exists(Push.objects.filter(_about(shop), pk=OuterRef("push_id"))))


add_source(
    "attempts",
    RetentionSource(name="attempts", due=_old_attempts, forget=_forget_attempts, is_marked=True, of_shop=_attempts_of),
)
add_source(
    "callbacks",
    RetentionSource(name="callbacks", due=_old_callbacks, forget=_forget_callbacks, is_marked=True, of_shop=_about),
)
add_source("audit", RetentionSource(name="log", due=_old_changes, forget=_forget_changes))

ATTEMPTS = Holder(
    model=PushAttempt,
    holds=_("what was sent to vendors and what they answered, masked and truncated"),
    find=_find_attempts,
    erase=_erase_attempts,
    exported=lambda person, rows: rows.exclude(push__subject_type__in=shared_labels()),
    fields=dict.fromkeys(("url", "request", "answer", "error"), SCRUB),
    kept="attempts",
)

register(
    Holder(
        model=Push,
        holds=_("data to be sent to vendors, and why something was not sent"),
        find=_find_pushes,
        erase=_erase_pushes,
        exported=lambda person, rows: rows.exclude(subject_type__in=shared_labels()),
        fields=dict.fromkeys(("payload", "follow_up", "cause", "errors", "decision"), SCRUB),
        kept=_("%(period)s after it was sent, else as long as what it is about"),
        setting="PUSH_DETAIL_DAYS",
    ),
    ATTEMPTS,
    Holder(
        model=Callback,
        holds=_("what vendors reported, as received"),
        find=_find_callbacks,
        fields={"body": FREE, "note": FREE},
        plain={"headers": "type, program and time of the request", "recipient": "the code of a shop"},
        kept="callbacks",
    ),
    Holder(
        model=IdempotencyKey,
        holds=_("stored answers to requests that a shop repeats"),
        find=lambda person: IdempotencyKey.objects.filter(pk__in=person.of(IdempotencyKey)),
        exported=lambda person, rows: rows.none(),
        fields={"answer": SCRUB},
        plain={"request_hash": "a digest"},
        kept="%(period)s",
        setting="IDEMPOTENCY_DAYS",
    ),
    Holder(
        model=SavedView,
        holds=_("filters saved by staff, which may search for a person"),
        fields={"query": SCRUB, "name": SCRUB},
        plain={"list_key": "of a list"},
        kept=_("until its creator deletes it"),
    ),
    Holder(
        model=LogEntry,
        holds=_("what staff changed in the admin, with object names"),
        fields={"object_repr": SCRUB, "change_message": SCRUB},
        plain={"object_id": "a key"},
        kept="audit",
        setting="",
    ),
    Holder(
        model=Session,
        holds=_("open staff sessions: searches and messages not yet shown"),
        find=_find_sessions,
        deleted=True,
        exported=lambda person, rows: rows.none(),
        kept=_("until it ends"),
    ),
    Holder(
        model=WaitingFile,
        holds=_("files waiting to be stored, such as labels"),
        kept=_("until file storage responds; deleted with its file"),
        fields={"content": KEEP},
    ),
    Holder(
        model=PrivacyRequest,
        holds=_(
            "requested copies and erasures; details of the person are encrypted, and deleted once the request is done"),
        find=_find_copies,
        erase=_drop_copies,
        exported=lambda person, rows: rows.none(),
        plain={
            "hashes": "cannot be read", "counts": "numbers", "progress": "names of models",
            "person": "sealed, gone in the end", "title": "sealed, gone in the end",
        },
        fields={"reason": SCRUB, "problem": SCRUB},
        kept=_("as a record of the request"),
    ),
    Holder(
        model=VendorErasure,
        holds=_("what must be requested from a vendor; details of the person are encrypted, and deleted once the "
            "request is done"),
        plain={"about": "sealed, gone in the end", "holds": "what kinds of data", "how": "how it is asked"},
        kept=_("as a record of the request"),
    ),
    Holder(
        model=User,
        about=About.STAFF,
        holds=_("name, user name and e-mail of staff"),
        fields=dict.fromkeys(("username", "first_name", "last_name", "email", "password"), KEEP),
        kept=_("while the person works here"),
    ),
)  # fmt: skip
register_without("names of files, made here, and what a store answered", "engine.FileDeletion")
register_without("counts and times of machines", "engine.Heartbeat", "engine.Lease", "engine.RateLimit", "engine.Epoch")
register_without("a vendor's health: its own words, no order's", "engine.Integration", "engine.StatusDay")
register_without("credentials of vendors, sealed", "engine.VendorToken", "engine.WebhookSubscription")
register_without("how far reading is", "engine.PullCursor", "engine.Drift", "engine.CallbackKey")
register_without(
    "shops, keys and markets: of a business",
    "accounts.Shop",
    "accounts.ApiKey",
    "accounts.ApiKeyUse",
    "accounts.FurtherMarket",
)
register_without(
    "hashes and periods", "privacy.HashKey", "privacy.ErasedWord", "privacy.RetentionRule", "privacy.RetentionMark"
)
register_without("how staff want their lists; what browsers refused", "staff.ListSetting", "staff.PolicyReport")
register_without("credentials of ours, sealed", "vendor_accounts.VendorAccount", "vendor_accounts.ShopAccount")
register_without("which shops staff see", "accounts.ShopRestriction")
register_without("names of rights", "auth.Permission", "auth.Group", "contenttypes.ContentType")
register_without(
    "of staff: how they sign in; kept as docs/sign-in.md says",
    "account.EmailAddress", "account.EmailConfirmation", "mfa.Authenticator", "socialaccount.SocialApp",
    "socialaccount.SocialAccount", "socialaccount.SocialToken", "usersessions.UserSession", "axes.AccessFailureLog",
    "axes.AccessAttempt", "axes.AccessAttemptExpiration", "axes.AccessLog", "rest_framework_api_key.APIKey",
)  # fmt: skip
