"""manage.py push_letters: have the vendor of letters told of past orders."""

from orders.marketing.management.export_command import ExportCommand
from orders.marketing.models import Consent


class Command(ExportCommand):
    help = "Tells past orders to the vendor that may print and post a letter for each. Try --dry-run first."
    consent = Consent.LETTERS
