"""The morning's digest: what needs attention by kind, as pages above orders count it."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from backoffice.mail.models import Mail
from backoffice.mail.services.choices import staff_who_want
from backoffice.mail.services.queueing import queue_mails

# Apps above add theirs: (how many, in words; what) for that reader, most urgent first.
digest_sources: list[Callable[[User], Iterable[tuple[str, str]]]] = []


def digest_text(user: Any) -> str:
    """Return a line for each kind that needs attention; empty when nothing does."""
    return "\n".join(f"{count} × {title}" for source in digest_sources for count, title in source(user))


def queue_digests(*, now: datetime | None = None) -> None:
    """Queue the digest of the day for all who want it, once its hour has come."""
    local = timezone.localtime(now, timezone.get_default_timezone())
    if local.hour < settings.MAIL_DIGEST_HOUR:
        return
    queue_mails(
        Mail(
            kind="staff.digest",
            subject_type=User._meta.label_lower,
            subject_id=row.user_id,
            occasion=local.date().isoformat(),
            recipient=row.user.email,
            user=row.user,
            language=row.language,
            created_by="system",
        )
        for row in staff_who_want("staff.digest")
    )
