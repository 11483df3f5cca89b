"""Where the project itself takes part in what apps do."""

from collections.abc import Iterable

from django.contrib.auth.models import User

from orders.conversation.services.digest import digest_sources


def _needs(user: User) -> Iterable[tuple[str, str]]:
    """Count what needs the reader's attention; the pages that count it are loaded once a digest is written."""
    from backoffice.dashboard.digest import digest_lines

    return digest_lines(user)


digest_sources.append(_needs)
