"""A table is taken, read as somebody says, read again, or discarded; until its orders are being placed."""

from collections.abc import Mapping
from dataclasses import replace

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from backoffice.accounts.models import Shop
from backoffice.errors import Conflict, IllegalTransition, InvalidInput
from backoffice.jobs.models import Job
from backoffice.jobs.services.drafting import draft_job, start_job
from backoffice.text.cleaning import clean_foreign
from backoffice.text.translatable import gettext as _
from orders.importing.models import ImportProfile, ImportState, OrderImport
from orders.importing.models.order_import import SETTABLE
from orders.importing.services.fields import FIELDS, label_of, missing_fields
from orders.importing.services.formats import REMEMBERED, ReadingChoices, read_choices
from orders.importing.services.placing import PlaceImported
from orders.importing.services.proposals import memory_key, propose, without_double
from orders.importing.services.reading import (
    describe_columns,
    ensure_size,
    keep_orders,
    look_at,
    named_columns,
    open_table,
    recognise,
)

# Columns that a shop's settings remember at most; the oldest are forgotten.
_MOST_REMEMBERED = 500
MOST_ATTEMPTS = 3
# What reading finds out; the content is not written anew.
_READ = ("state", "problem", "columns", "sheets", "mapping", "formats", "row_count", "order_count", "job")


def accept_table(content: bytes, *, file_name: str, shop: Shop, actor: str) -> OrderImport:
    """Keep the file until it is read. Raise InvalidInput for files that are too large or empty."""
    ensure_size(content)
    profile = ImportProfile.objects.filter(shop=shop).first()
    return OrderImport.objects.create(
        shop=shop,
        file_name=clean_foreign(file_name, is_line=True)[-200:] or "?",
        content=content,
        choices=read_choices(profile.choices if profile else {}).kept(),
        created_by=actor,
    )


def read_import(pk: int) -> bool:
    """Read a table that waits: its columns, its orders, and the job that checks them. Return False for any other, and
    for one that somebody reads right now.

    Nothing of it is kept before all is: a worker that is killed leaves it waiting. What kills workers is refused.
    """
    OrderImport.objects.filter(pk=pk, state=ImportState.WAITING).update(attempts=F("attempts") + 1)
    return _read_locked(pk)


@transaction.atomic
def _read_locked(pk: int) -> bool:
    rows = OrderImport.objects.select_for_update(skip_locked=True, of=("self",)).select_related("shop", "job")
    table = rows.filter(pk=pk, state=ImportState.WAITING).first()
    if table is None:
        return False
    table.orders.all().delete()
    try:
        if table.attempts > MOST_ATTEMPTS:
            text = _("The file could not be read in %(most)d attempts. Split it into smaller files.") % {
                "most": MOST_ATTEMPTS
            }
            raise InvalidInput(text, errors={"file": [text]})
        with transaction.atomic():
            _read(table)
    except InvalidInput as error:
        table.state, table.problem = ImportState.REFUSED, error.text
        table.row_count = table.order_count = 0
    table.save(update_fields=_READ)
    return True


def _read(table: OrderImport) -> None:
    choices = read_choices(table.choices)
    head, first = look_at(open_table(bytes(table.content), choices))
    table.columns, table.sheets = describe_columns(head, first), head.sheets
    columns = named_columns(table.columns)
    mapping = {int(place): name for place, name in table.mapping.items() if int(place) in columns}
    if not mapping:
        profile = ImportProfile.objects.filter(shop=table.shop).first()
        mapping = propose(columns, remembered=profile.columns if profile else {})
    table.mapping = {str(place): name for place, name in sorted(mapping.items())}
    read_as = recognise(head, first, mapping)
    table.formats, table.problem = read_as.kept(), ""
    if missing := missing_fields(set(mapping.values())):
        table.state = ImportState.UNMAPPED
        text = _("Choose the columns for these fields, which every order needs: %(fields)s.")
        table.problem = text % {"fields": ", ".join(missing)}
        return
    table.row_count, table.order_count = keep_orders(table, head, mapping, read_as)
    if not table.order_count:
        text = _("The table has no rows.")
        raise InvalidInput(text, errors={"file": [text]})
    table.state = ImportState.READ
    table.job = check_again(table)


def check_again(table: OrderImport) -> Job:
    """Return a new job that checks the orders of the table, and then waits to be started."""
    return draft_job(PlaceImported(), table.orders.all(), actor=table.created_by, query=f"table={table.pk}")


@transaction.atomic
def renew_check(table: OrderImport) -> Job:
    """Check the orders anew, as after a change of the catalogue, or when the last check is too old to be kept. Raise
    IllegalTransition unless it was read and nothing is being placed.
    """
    table = _settable(table, states=(ImportState.READ,))
    _drop_check(table)
    table.job = check_again(table)
    table.save(update_fields=["job"])
    return table.job


@transaction.atomic
def set_reading(table: OrderImport, *, mapping: Mapping[int, str], choices: ReadingChoices, actor: str) -> OrderImport:
    """Have the table read again with these columns and formats, and remember them for its shop.

    Raise InvalidInput for two columns of one field, IllegalTransition once its orders are being placed.
    """
    double = without_double(mapping.items())
    if double:
        text = _("Each of these fields can have only one column: %(fields)s.") % {
            "fields": ", ".join(map(label_of, double))
        }
        raise InvalidInput(text, errors={"mapping": [text]})
    table = _settable(table, states=SETTABLE)
    before = read_choices(table.choices)
    is_same_file = (before.sheet, before.encoding, before.separator) == (
        choices.sheet,
        choices.encoding,
        choices.separator,
    )
    _drop_check(table)
    _remember(table, mapping if is_same_file else {}, choices, actor=actor)
    # Another sheet or separator has other columns.
    table.mapping = {str(place): name for place, name in mapping.items() if name in FIELDS} if is_same_file else {}
    table.choices, table.state, table.job = choices.kept(), ImportState.WAITING, None
    table.waiting_since, table.attempts = Now(), 0
    table.save()
    table.refresh_from_db()
    return table


def _settable(table: OrderImport, *, states: tuple[ImportState, ...]) -> OrderImport:
    table = OrderImport.objects.select_for_update(of=("self",)).select_related("shop", "job").get(pk=table.pk)
    if table.is_started:
        raise IllegalTransition(_("The orders are being placed or have already been placed."))
    if table.state not in states:
        raise IllegalTransition(_("State of this table: %s.") % table.get_state_display())
    return table


def _drop_check(table: OrderImport) -> None:
    """Let the check that was made so far go. Raise Conflict where somebody has just started it."""
    if table.job is None:
        return
    job = Job.objects.select_for_update().filter(pk=table.job.pk, started_at__isnull=True).first()
    if job is None:
        raise Conflict(_("Someone else has just started it."))
    table.job = None
    job.delete()


def _remember(table: OrderImport, mapping: Mapping[int, str], choices: ReadingChoices, *, actor: str) -> None:
    profile, _made = ImportProfile.objects.select_for_update().get_or_create(shop=table.shop)
    named = {column["place"]: column["name"] for column in table.columns}
    chosen = {memory_key(named[place]): name for place, name in mapping.items() if place in named}
    kept = {name: field for name, field in profile.columns.items() if name not in chosen} | chosen
    profile.columns = dict(list(kept.items())[-_MOST_REMEMBERED:])
    remembered = choices.kept()
    profile.choices = replace(ReadingChoices(), **{name: remembered[name] for name in REMEMBERED}).kept()
    profile.changed_by = actor
    profile.save()


@transaction.atomic
def start_placing(table: OrderImport, *, actor: str) -> Job:
    """Have the orders placed that can be. Raise IllegalTransition unless they were checked, and not started before."""
    table = _settable(table, states=(ImportState.READ,))
    if table.job is None:
        raise IllegalTransition(_("The check is out of date. Check the orders again."))
    return start_job(table.job, inputs={}, actor=actor)


@transaction.atomic
def discard_import(table: OrderImport) -> None:
    """Drop the table and what was read of it. Raise IllegalTransition once its orders are being placed."""
    table = _settable(table, states=SETTABLE)
    _drop_check(table)
    table.orders.all().delete()
    table.state, table.content, table.problem = ImportState.DISCARDED, b"", ""
    table.order_count = table.row_count = 0
    table.columns, table.mapping = [], {}
    table.save()
