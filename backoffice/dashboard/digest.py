"""What the morning's digest counts: the same that the inbox shows its reader."""

from collections.abc import Iterator

from django.contrib.auth.models import User

from backoffice.dashboard.inbox.counting import InboxScope, count_kinds
from backoffice.dashboard.inbox.registry import kinds_of
from backoffice.dashboard.inbox.snoozes import snoozed_keys
from backoffice.dashboard.kind import capped


def digest_lines(user: User) -> Iterator[tuple[str, str]]:
    """Yield number and title of each kind that needs the reader's attention."""
    for tally in count_kinds(kinds_of(user), user=user, snoozed=snoozed_keys(user)):
        if count := tally.counts[InboxScope.TEAM]:
            yield capped(count), str(tally.kind.title)
