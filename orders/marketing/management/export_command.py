"""What the commands that export past orders share."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice.accounts.models import Shop
from backoffice.text.cleaning import clean_code
from backoffice.text.datetimes import start_of_day
from backoffice.vendors.abilities import ExportsOrders
from backoffice.vendors.registry import vendor_type, vendors_with
from orders.marketing.models import Consent
from orders.marketing.services.exports.fill import fill_exports
from orders.models import Order
from orders.services.costs import spell_price

SHOWN = 20


class ExportCommand(BaseCommand):
    """Subclasses name the consent that the vendor takes."""

    consent: ClassVar[Consent]

    @property
    def vendor(self) -> str:
        """The first that takes orders of customers with that consent."""
        names = vendors_with(ExportsOrders)
        return next(name for name in names if self.consent == vendor_type(name, ExportsOrders).EXPORT_CONSENT)

    def add_arguments(self, parser: CommandParser) -> None:
        day = "YYYY-MM-DD, in the time zone of TIME_ZONE"
        parser.add_argument("--since", type=date.fromisoformat, required=True, help=f"first day of purchase, {day}")
        parser.add_argument("--until", type=date.fromisoformat, help=f"last day of purchase, {day}; default: today")
        parser.add_argument("--shop", type=clean_code, default="", help="the code of one shop; default: all shops")
        parser.add_argument(
            "--dry-run", action="store_true", help="say which orders would be told and which not, and write nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not vendor_type(self.vendor, ExportsOrders).is_configured():
            raise CommandError(f"{self.vendor} is not configured; .env.example says which settings it needs.")
        if options["shop"] and not Shop.objects.filter(code=options["shop"]).exists():
            codes = ", ".join(Shop.objects.order_by("code").values_list("code", flat=True))
            raise CommandError(f"There is no shop {options['shop']}; there are: {codes or 'none'}.")
        if options["until"] and options["until"] < options["since"]:
            raise CommandError("--until lies before --since.")
        self._fill(**options)

    def _fill(self, *, since: date, until: date | None, shop: str, dry_run: bool, verbosity: int, **_: Any) -> None:
        self.left_to_show = SHOWN if verbosity < 2 else 0
        result = fill_exports(
            vendor=self.vendor,
            since=start_of_day(since),
            until=start_of_day(until + timedelta(days=1)) if until else None,
            shop=shop,
            actor=f"command:{self.__module__.rpartition('.')[2]}",
            dry_run=dry_run,
            progress=self._show_all if verbosity > 1 else self._show_some,
        )
        would = "would be told" if dry_run else "are told with the next batches"
        self.stdout.write(f"{result.asked} orders {would}, {result.skipped.total()} are not:")
        for reason, count in result.skipped.most_common():
            self.stdout.write(f"  {count}  {reason}")

    def _show_all(self, orders: Sequence[Order]) -> None:
        for order in orders:
            self.stdout.write(f"{order.number}  {order.placed_at:%Y-%m-%d}  {spell_price(order.total, order.currency)}")

    def _show_some(self, orders: Sequence[Order]) -> None:
        """Show the first ones; all with -v 2."""
        self._show_all(orders[: self.left_to_show])
        if self.left_to_show and len(orders) >= self.left_to_show:
            self.stdout.write("… (all with -v 2)")
        self.left_to_show = max(0, self.left_to_show - len(orders))
