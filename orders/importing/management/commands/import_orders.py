"""`manage.py import_orders`: a table of orders from a file, as the page "Import orders" takes it."""

import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice.accounts.models import Shop
from backoffice.errors import DomainError
from backoffice.jobs.models import Job, JobState, RowState
from backoffice.jobs.services.counting import count_rows
from backoffice.jobs.services.working import work_job
from backoffice.text.cleaning import clean_code, clean_line
from orders.importing.models import ImportedOrder, ImportOutcome, ImportState, OrderImport
from orders.importing.services.accepting import (
    accept_table,
    discard_import,
    read_import,
    set_reading,
    start_placing,
)
from orders.importing.services.fields import FIELDS
from orders.importing.services.formats import read_choices
from orders.importing.services.reading import MOST_BYTES
from orders.importing.services.templates import unplaced_rows

SHOWN = 50
ALL_PLACED, CANNOT_BE_READ, SOME_LEFT = 0, 1, 2
_SECONDS = 3600


class Command(BaseCommand):
    help = (
        "Places the orders of an XLSX or CSV file. Exit codes: 0 all are placed or were already; 1 the file cannot be "
        "read; 2 some orders cannot be placed, and are named."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="XLSX or CSV, one row for each line of an order")
        parser.add_argument("--shop", required=True, type=clean_code, help="code of the shop whose orders they are")
        parser.add_argument("--dry-run", action="store_true", help="only show what placing them would come to")
        parser.add_argument(
            "--map", action="append", default=[], type=clean_line, metavar="COLUMN=FIELD", help="what a column is"
        )
        parser.add_argument("--decimal", choices=(",", "."), default="", help="sign before decimals, if not recognised")
        parser.add_argument("--dates", choices=("dmy", "mdy", "ymd"), default="", help="order of dates")
        parser.add_argument("--with-tax", action="store_true", help="prices and shipping costs are with tax")
        parser.add_argument("--hold", action="store_true", help="place and hold orders that break limits")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            table = self._read(options)
        except DomainError as error:
            raise CommandError(error.text, returncode=CANNOT_BE_READ) from error
        if table.state != ImportState.READ or table.job is None:
            text = str(table.problem)
            discard_import(table)
            raise CommandError(text, returncode=CANNOT_BE_READ)
        job = _work(table.job)
        self._show(table)
        if options["dry_run"]:
            left = _count(table, ImportOutcome.WRONG)
            discard_import(table)
        else:
            left = self._place(table, job)
        if left:
            raise CommandError(f"{left} orders cannot be placed.", returncode=SOME_LEFT)

    def _read(self, options: dict[str, Any]) -> OrderImport:
        shop = Shop.objects.filter(code=options["shop"]).first()
        if shop is None:
            raise CommandError(f"There is no shop {options['shop']}.", returncode=CANNOT_BE_READ)
        try:
            with options["file"].open("rb") as file:
                content = file.read(MOST_BYTES + 1)
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}", returncode=CANNOT_BE_READ) from error
        table = accept_table(content, file_name=options["file"].name, shop=shop, actor="import_orders")
        read_import(table.pk)
        table.refresh_from_db()
        if named := _named(options["map"]):
            table = self._map(table, named)
        return self._choose(table, options)

    def _map(self, table: OrderImport, named: dict[str, str]) -> OrderImport:
        known = {column["name"].casefold(): column["place"] for column in table.columns}
        if missing := [name for name in named if name.casefold() not in known]:
            raise CommandError(f"There is no column {', '.join(missing)}.", returncode=CANNOT_BE_READ)
        chosen = {known[name.casefold()]: field for name, field in named.items()}
        kept = {int(place): field for place, field in table.mapping.items() if field not in chosen.values()}
        return _read_again(table, kept | chosen, table.choices)

    def _choose(self, table: OrderImport, options: dict[str, Any]) -> OrderImport:
        given = {"decimal": options["decimal"], "dates": options["dates"]}
        given |= {"prices_with_tax": options["with_tax"], "hold_invalid": options["hold"]}
        choices = table.choices | {name: value for name, value in given.items() if value}
        if choices == table.choices or table.state == ImportState.REFUSED:
            return table
        return _read_again(table, {int(place): field for place, field in table.mapping.items()}, choices)

    def _show(self, table: OrderImport) -> None:
        counts = [(outcome.label, _count(table, outcome)) for outcome in ImportOutcome]
        self.stdout.write(", ".join(f"{label}: {count}" for label, count in counts if count))
        self._name(table)

    def _name(self, table: OrderImport) -> None:
        for row in unplaced_rows(table).order_by("pk")[:SHOWN]:
            places = "; ".join(f"row {place}: {' '.join(texts)}" for place, texts in row.errors.items())
            self.stderr.write(f"{row.label}: {places or row.text}")

    def _place(self, table: OrderImport, job: Job) -> int:
        if job.state == JobState.READY and count_rows(job).get(RowState.READY):
            job = _work(start_placing(table, actor="import_orders"))
            table.refresh_from_db()
            self._name(table)
        placed = ImportedOrder.objects.filter(table=table, order__isnull=False).count()
        self.stdout.write(f"{placed} orders placed.")
        return unplaced_rows(table).count()


def _named(given: list[str]) -> dict[str, str]:
    named = {}
    for one in given:
        column, _equals, field = one.rpartition("=")
        if field not in FIELDS or not column:
            fields = ", ".join(FIELDS)
            raise CommandError(f"--map {one}: write COLUMN=FIELD, with one of {fields}.", returncode=CANNOT_BE_READ)
        named[column] = field
    return named


def _read_again(table: OrderImport, mapping: dict[int, str], choices: dict[str, Any]) -> OrderImport:
    table = set_reading(table, mapping=mapping, choices=read_choices(choices), actor="import_orders")
    read_import(table.pk)
    table.refresh_from_db()
    return table


def _work(job: Job) -> Job:
    """Return the job once nothing of it is left to do; where a worker has it, wait for that one."""
    while True:
        work_job(job.pk, seconds=_SECONDS)
        job.refresh_from_db()
        if not job.is_moving:
            return job
        time.sleep(0.5)


def _count(table: OrderImport, outcome: ImportOutcome) -> int:
    return table.orders.filter(outcome=outcome).count()
