"""`manage.py push_seo`: a merchant's own search texts."""

from catalog.management.change_command import ChangeCommand
from catalog.models import ChangeKind


class Command(ChangeCommand):
    help = "Makes a change set of search texts from a table (XLSX or CSV); with --approve it is approved and pushed."
    kinds = (ChangeKind.SEARCH_TEXTS.value,)
