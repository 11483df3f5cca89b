"""manage.py push_reviews: have guaranteed-reviews told of past orders."""

from orders.management.telling import TellCommand


class Command(TellCommand):
    help = "Tells past orders to Guaranteed Reviews, which asks each customer for a review once. Try --dry-run first."
    vendor = "guaranteed-reviews"
