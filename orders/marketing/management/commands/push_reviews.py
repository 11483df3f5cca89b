"""manage.py push_reviews: have the vendor of reviews told of past orders."""

from orders.marketing.management.export_command import ExportCommand
from orders.marketing.models import Consent


class Command(ExportCommand):
    help = "Tells past orders to the vendor that asks each customer for a review once. Try --dry-run first."
    consent = Consent.REVIEW_REQUEST
