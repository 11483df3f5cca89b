"""What the morning's digest counts: the same that the first page shows its reader."""

from collections.abc import Iterator

from django.contrib.auth.models import User

from backoffice.dashboard.home import needs_of


def digest_lines(user: User) -> Iterator[tuple[str, str]]:
    """Yield number and title of each kind that needs the reader's attention."""
    for group in needs_of(user):
        yield group.counted, group.title
