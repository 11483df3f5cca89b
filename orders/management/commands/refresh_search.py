"""`manage.py refresh_search`: index every order anew, after an upgrade that finds orders by more than before."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from orders.models import Order
from orders.services.search import refresh_searches


class Command(BaseCommand):
    help = (
        "Indexes every order anew, newest first: after an upgrade that finds orders by more than before. May be "
        "stopped, run again and run beside everything else; --below goes on where it was stopped."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--below", type=int, help="only orders with an id below this one")
        parser.add_argument("--size", type=int, default=500, help="orders at once (500)")

    def handle(self, *args: Any, **options: Any) -> None:
        below = options["below"] or 2**63 - 1
        done = 0
        while keys := self._keys(below, size=options["size"]):
            refresh_searches(keys)
            done, below = done + len(keys), keys[-1]
            self.stdout.write(f"{done} orders; next those below {below}")

    def _keys(self, below: int, *, size: int) -> list[int]:
        return list(Order.objects.filter(pk__lt=below).order_by("-pk").values_list("pk", flat=True)[:size])
