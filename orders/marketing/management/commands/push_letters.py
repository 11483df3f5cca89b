"""manage.py push_letters: export past orders to the vendor of letters."""

from orders.marketing.management.export_command import ExportCommand
from orders.marketing.models import Consent


class Command(ExportCommand):
    help = "Tells past orders to the vendor that may print and post a letter for each. Try --dry-run first."
    consent = Consent.LETTERS
