"""manage.py push_reviews: export past orders to the vendor of reviews."""

from orders.marketing.management.export_command import ExportCommand
from orders.marketing.models import Consent


class Command(ExportCommand):
    help = "Tells past orders to the vendor that asks each customer for a review once. Try --dry-run first."
    consent = Consent.REVIEW_REQUEST
