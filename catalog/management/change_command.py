"""What the commands that push changes have in common: read a table, show the difference, approve, push."""

import logging
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice.accounts.models import Shop
from backoffice.errors import DomainError, InvalidInput
from backoffice.text.cleaning import clean_code, clean_line, clean_paragraph
from backoffice.vendors.errors import VendorError
from catalog.models import Change, ChangeKind, ChangeSet, ChangeSource
from catalog.services.change_sets.approval import User, approve_change_set
from catalog.services.change_sets.checking import check_change_set
from catalog.services.change_sets.editing import make_change_set
from catalog.services.change_sets.formats import format_of, vendors_for
from catalog.services.change_sets.prices import margin_after
from catalog.services.change_sets.values import Line, Value
from catalog.services.price_markets import get_price_market
from catalog.services.pushing.starting import push_change_set
from catalog.services.tables.columns import LAYOUTS
from catalog.services.tables.importing import drop_same_texts
from catalog.services.tables.requests import ensure_size, read_requests

logger = logging.getLogger(__name__)

SHOWN_ERRORS = 20


class ChangeCommand(BaseCommand):
    """Makes a change set of a table, as a page would: same columns, same checks, same approval, same difference."""

    # The same table means another thing at each vendor: for a merchant, and for a fulfiller.
    kinds: tuple[str, ...]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.by_vendor = {vendor: kind for kind in self.kinds for vendor in vendors_for(kind)}

    def add_arguments(self, parser: CommandParser) -> None:
        columns = "; ".join(f"{vendor}: {', '.join(LAYOUTS[kind].columns)}" for vendor, kind in self.by_vendor.items())
        parser.add_argument("file", type=Path, help=f"XLSX or CSV, as the staff pages export it ({columns})")
        default = next(iter(self.by_vendor), None)
        parser.add_argument("--vendor", default=default, choices=sorted(self.by_vendor), help="default: %(default)s")
        parser.add_argument(
            "--shop", type=clean_code, default="", help="code of the shop whose rules count (default: the strictest)"
        )
        parser.add_argument(
            "--market",
            type=clean_code,
            default="",
            help="whose sales prices: a currency, and the country goods ship from, such as USD or USD-US (default: the"
            " vendor's usual ones)",
        )
        parser.add_argument(
            "--title", type=clean_line, default="", help="what the change set is called (default: the file's name)"
        )
        parser.add_argument("--clear", action="store_true", help="a blank cell takes the value away")
        parser.add_argument("--user", default="", help="who asks for it: needed unless --dry-run")
        action = parser.add_mutually_exclusive_group()
        action.add_argument("--dry-run", action="store_true", help="only show the difference; nothing is kept or sent")
        action.add_argument("--approve", action="store_true", help="approve as --user and push")
        parser.add_argument(
            "--reason", type=clean_paragraph, default="", help="for overriding guards, with the permission to do so"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._run(options)
        except InvalidInput as error:
            for place, texts in list(error.errors.items())[:SHOWN_ERRORS]:
                self.stderr.write(f"{place}: {' '.join(texts)}")
            raise CommandError(error.text) from error
        except (DomainError, VendorError) as error:
            raise CommandError(error.text) from error

    def _run(self, options: dict[str, Any]) -> None:
        if options["dry_run"]:
            self._try_out(options)
            return
        user = _find_user(options["user"])
        name = user.get_username()
        change_set = self._make(options, actor=name)
        self._show(check_change_set(change_set, actor=name))
        if options["approve"]:
            change_set = approve_change_set(change_set, user=user, override_reason=options["reason"])
            push_change_set(change_set, user=user)
            self.stdout.write(f"Change set {change_set.pk} is approved and on its way.")
        else:
            self.stdout.write(f"Change set {change_set.pk} waits to be approved.")

    def _try_out(self, options: dict[str, Any]) -> None:
        change_set = self._make(options, actor="command line")
        try:
            self._show(check_change_set(change_set, actor="command line"))
        finally:
            change_set.delete()
        self.stdout.write("A dry run: nothing of this was kept or sent.")

    def _make(self, options: dict[str, Any], *, actor: str) -> ChangeSet:
        kind = self.by_vendor[options["vendor"]]
        return make_change_set(
            kind,
            vendor=options["vendor"],
            rows=_read(options["file"], kind=kind, vendor=options["vendor"], clear_blanks=options["clear"]),
            title=options["title"] or options["file"].name,
            source=ChangeSource.COMMAND,
            actor=actor,
            shop=_find_shop(options["shop"]),
            market=get_price_market(options["vendor"], options["market"], kind=kind),
        )

    def _show(self, change_set: ChangeSet) -> None:
        changes = change_set.changes.order_by("pk")
        for change in changes.iterator(chunk_size=1000):
            for line in _lines(change, kind=change_set.kind):
                self.stdout.write(_describe(change, line))
        for change in changes.exclude(guards=[]):
            for guard in change.guards:
                self.stdout.write(f"{change.sku}: {'BLOCKED' if guard['blocking'] else 'note'}: {guard['text']}")
        counts = change_set.counts
        self.stdout.write(
            f"{counts['rows']} SKUs, {counts.get('values', 0)} values, {counts['unchanged']} SKUs as they should be,"
            f" {counts.get('blocking', 0)} blocked, {counts.get('unconfirmed', 0)} values would vanish."
        )


def _lines(change: Change, *, kind: str) -> list[Line]:
    """Return what changes at one SKU; nothing for SKUs that the vendor does not list."""
    if not change.before or not change.after:
        return []
    lines = format_of(kind).lines(change.before, after=change.after)
    keys = {line.key for line in lines}
    # Removals that are no values of ours, such as the addresses of pages.
    return lines + [Line(key, None, None) for key in change.removals if key not in keys]


def _describe(change: Change, line: Line) -> str:
    margin = margin_after(line, before=change.before)
    notes = [f"{line.move:+} %"] if line.move is not None else []
    notes += [f"margin {margin} %"] if margin is not None else []
    notes += ["VANISHES"] if line.key in change.removals else []
    before, after = ("nothing" if value is None else value for value in (line.before, line.after))
    text = f"{change.sku}  {line.key.replace(':', ' ')}: {before} -> {after}"
    return f"{text}  ({', '.join(notes)})" if notes else text


def _read(path: Path, *, kind: str, vendor: str, clear_blanks: bool) -> dict[str, Value]:
    """Return what the table asks for, by SKU. Raises InvalidInput, by row: nothing of it is taken then."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error}") from error
    ensure_size(content)
    reading = read_requests(content, kind=kind, clear_blanks=clear_blanks)
    if reading.counts["windows_letters"]:
        logger.warning("%s does not say which letters it has: those of Western Europe were assumed.", path)
    if reading.problems:
        errors = {f"row {problem['row']}": [problem["text"]] for problem in reading.problems}
        raise InvalidInput(f"Rows that cannot be used: {reading.counts['problems']}.", errors=errors)
    if kind == ChangeKind.SEARCH_TEXTS:
        drop_same_texts(reading.requests, vendor=vendor)
    requests = {sku: requested for sku, requested in reading.requests.items() if requested}
    if not requests:
        raise CommandError("The table changes nothing.")
    return requests


def _find_user(name: str) -> User:
    user = get_user_model().objects.filter(username=name, is_active=True).first()
    if user is None:
        raise CommandError(f"There is no active user {name!r}; say with --user who asks for it.")
    return user


def _find_shop(code: str) -> Shop | None:
    if not code:
        return None
    shop = Shop.objects.filter(code=code).first()
    if shop is None:
        raise CommandError(f"There is no shop {code!r}.")
    return shop
