"""manage.py push_letters: have autoletter told of past orders."""

from orders.management.telling import TellCommand


class Command(TellCommand):
    help = "Tells past orders to AutoLetter, which may print and post a letter for each. Try --dry-run first."
    vendor = "autoletter"
