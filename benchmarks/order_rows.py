"""Orders by the hundred thousand, made inside PostgreSQL: two years of four shops, nearly all of them finished."""

import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from backoffice.accounts.models import Shop
from catalog.models import Product, Variant
from orders.models import Order

# Columns of a row that Django made, by the expressions put in their place: a new column of the model needs nothing
# here. Words as `orders.services.search` makes them: folded, whole and in parts.
ORDERS = {
    "id": "id", "shop_id": "1 + id %% 4", "number": "'WEB-' || 100000 + id", "reference": "'R-' || 500000 + id",
    "state": "state", "production": "production", "shipment": "shipment",
    "late": "shipment <> 'delivered' AND id %% 3 = 0 AND state = 'released'", "ship_by": "received + interval '4 days'",
    "placed_at": "received", "created_at": "received", "total": "(500 + id * 7919 %% 90000) / 100.0",
    "customer_email": "email", "customer_firstname": "first", "customer_lastname": "last", "customer_phone": "phone",
    "tags": "CASE WHEN id %% 33 = 0 THEN ARRAY['VIP'] WHEN id %% 211 = 0 THEN ARRAY['reprint'] ELSE '{}' END::text[]",
    "assignee_id": "CASE WHEN id %% 50 = 0 THEN %(user)s END",
    "search": """array_to_tsvector(ARRAY['web-' || 100000 + id, 'web', (100000 + id)::text, 'r-' || 500000 + id, 'r',
        (500000 + id)::text, 'web' || 100000 + id, 'r' || 500000 + id, email, 'customer' || id, 'example', 'com',
        lower(first), lower(last), phone, substr(phone, 3), substr(phone, 5), substr(phone, 6), substr(phone, 7),
        zip, lower(town), lower(sku), 'mp', 'f1', (id %% 400)::text, 'mpf1' || id %% 400, 'hauptstrasse',
        (1 + id %% 250)::text, 'jjd' || 3000000000 + id]::text[])""",
}  # fmt: skip
FACTS = """(
    SELECT id, now() - interval '730 days' * ((%(total)s - id)::float / %(total)s) AS received,
        'customer' || id || '@example.com' AS email,
        (ARRAY['Anna','Ben','Clara','David','Emma','Finn','Greta','Hugo','Ida'])[1 + id * 31 %% 9] AS first,
        CASE WHEN id %% 100 = 0 THEN 'Muller' ELSE 'Name' || substr(translate(
            md5((id * 7 %% 5000)::text), '0123456789', 'ghijklmnop'), 1, 10) END AS last,
        '4930' || 10000000 + id AS phone, lpad((id * 37 %% 99999)::text, 5, '0') AS zip,
        CASE WHEN id %% 20 = 0 THEN 'Berlin' ELSE 'Town' || id %% 3000 END AS town, 'MP-F1-' || id %% 400 AS sku,
        CASE WHEN share < 0.97 THEN CASE WHEN id %% 60 = 0 THEN 'cancelled' ELSE 'closed' END
             ELSE (ARRAY['released','released','released','held','new'])[1 + id %% 5] END AS state,
        CASE WHEN share < 0.97 THEN CASE WHEN id %% 60 = 0 THEN 'none' ELSE 'done' END
             ELSE (ARRAY['sent','in_production','done','none','none'])[1 + id %% 5] END AS production,
        CASE WHEN share < 0.97 THEN CASE WHEN id %% 60 = 0 THEN 'none' ELSE 'delivered' END
             ELSE (ARRAY['none','none','shipped','none','none'])[1 + id %% 5] END AS shipment
    FROM (SELECT id, id::float / %(total)s AS share
          FROM generate_series(%(first)s::bigint, %(until)s) AS id) AS numbers
) AS facts"""
LINES = {
    "id": "facts * 4 + place", "order_id": "facts", "position": "place", "reference": "place::text",
    "sku": "'MP-F1-' || (facts + place) %% 400",
}  # fmt: skip
PLACES = "generate_series(%(first)s::bigint, %(until)s) AS facts, generate_series(1, 1 + facts %% 3) AS place"
PARTS = {
    "id": "facts", "order_id": "facts", "reference": "'WEB-' || 100000 + facts", "vendor_id": "(7000000 + facts)::text",
}  # fmt: skip
NUMBERS = "generate_series(%(first)s::bigint, %(until)s) AS facts"
MADE = (
    ("orders_order", "id", ORDERS, FACTS),
    ("orders_orderline", "order_id", LINES, PLACES),
    ("orders_vendororder", "order_id", PARTS, NUMBERS),
)
COLUMNS = """
SELECT attname FROM pg_attribute
 WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum
"""
HOLDS = """
INSERT INTO orders_hold (order_id, reason, text, errors, placed_by, placed_at, released_by, release_note)
SELECT id, (ARRAY['bad_address','vendor_refused','manual'])[1 + id %% 3], 'Too long.', '{}', 'system', created_at,
    '', ''
FROM orders_order WHERE state = 'held' AND id >= %(first)s
"""
# Of the names and streets of a million people some two hundred thousand words are left.
KNOWN_WORDS = """
INSERT INTO orders_searchword (word, keys) SELECT word, ARRAY(
    SELECT substr(word, 1, place - 1) || substr(word, place + 1) FROM generate_series(1, length(word)) AS place) || word
FROM (
    SELECT lower(customer_lastname) AS word FROM orders_order WHERE id > 0 UNION SELECT lower(customer_firstname)
    FROM orders_order WHERE id > 0 UNION SELECT substr(translate(md5(number::text), '0123456789', 'aeiounrstl'), 1,
        (6 + number %% 5)::int) FROM generate_series(%(first)s::bigint, %(total)s, 5) AS number
    UNION SELECT unnest(ARRAY['berlin', 'hauptstrasse'])
) AS words ON CONFLICT DO NOTHING
"""
# Below all keys of the rows to be made.
TEMPLATE = -1
TABLES = ("orders_order", "orders_orderline", "orders_hold", "orders_vendororder", "orders_searchword")
INDEXES = """
SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) AND NOT EXISTS (
    SELECT FROM pg_constraint WHERE conindid = format('%%I', indexname)::regclass)
"""


# Rows made in one transaction.
AT_ONCE = 1_000_000
# Left free on the disk of the database, in bytes: a benchmark must not fill it for everybody else.
LEAVE_FREE = 12 * 1024**3


def grow_to(total: int, *, first: int, user: int) -> None:
    """Add orders `first` .. `total`. Needs the shops 1 to 4 and the variants of `make_catalogue`."""
    template = _template(TEMPLATE)
    values = {"first": first, "total": total, "user": user, "template": TEMPLATE}
    with connection.cursor() as cursor, without_indexes(cursor, TABLES):
        for begin, end in portions(first, total):
            for table, key, changes, source in MADE:
                statement = _copying(cursor, table, key=key, changes=changes, source=source)
                cursor.execute(statement, values | {"first": begin, "until": end})
        for statement in (HOLDS, KNOWN_WORDS):
            cursor.execute(statement, values)
    template.vendor_orders.all().delete()
    template.lines.all().delete()
    template.delete()
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM ANALYZE {', '.join(TABLES)}")


def _copying(cursor: Any, table: str, *, key: str, changes: dict[str, str], source: str) -> str:
    """Return the statement that copies the template's row for each row of the source, with changes."""
    cursor.execute(COLUMNS, [table])
    columns = [column for (column,) in cursor.fetchall()]
    values = ", ".join(changes.get(column, f"(template.one).{column}") for column in columns)
    row = f"(SELECT one FROM {table} AS one WHERE {key} = %(template)s) AS template"
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {row}, {source}"


@contextmanager
def without_indexes(cursor: Any, tables: Sequence[str]) -> Iterator[None]:
    """Build indexes at once in the end rather than row by row, and look no references up: a tenth of the time."""
    cursor.execute("SET statement_timeout = 0; SET maintenance_work_mem = '512MB'; SET synchronous_commit = off")
    cursor.execute("SET session_replication_role = replica")
    cursor.execute(INDEXES, [list(tables)])
    indexes = cursor.fetchall()
    for name, _definition in indexes:
        cursor.execute(f'DROP INDEX "{name}"')
    for table in tables:
        cursor.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
    yield
    for _name, definition in indexes:
        _require_room()
        cursor.execute(definition)
    for table in tables:
        cursor.execute(f"ALTER TABLE {table} RESET (autovacuum_enabled)")
    cursor.execute("SET session_replication_role = DEFAULT")


def portions(first: int, total: int) -> Iterator[tuple[int, int]]:
    """Give ranges of at most AT_ONCE rows. Raises SystemExit before the disk is full."""
    for begin in range(first, total + 1, AT_ONCE):
        _require_room()
        end = min(begin + AT_ONCE - 1, total)
        yield begin, end
        print(f"   … {end:,} at {time.strftime('%H:%M:%S')}", flush=True)


def _require_room() -> None:
    free = shutil.disk_usage(settings.VAR_DIR).free
    if free < LEAVE_FREE:
        sys.exit(f"Only {free / 1024**3:.0f} GB are free below {settings.VAR_DIR}: the measurement stops here.")


def _template(pk: int) -> Order:
    order = Order.objects.create(
        pk=pk,
        shop_id=1,
        number=str(pk),
        reference=str(pk),
        placed_at=timezone.now(),
        currency="EUR",
        total=1,
        shipping_method="Standard",
    )
    order.lines.create(
        pk=pk,
        position=1,
        reference="1",
        kind="files",
        vendor="mypromo",
        name="Ballpoint pen",
        quantity=100,
        unit_price="1.29",
        unit_cost="0.74",
    )
    order.vendor_orders.create(pk=pk, vendor="mypromo", part=1, reference=str(pk), vendor_id=str(pk), state="done")
    return order


def make_catalogue() -> None:
    """Make four shops and four hundred variants with pictures."""
    for key in range(1, 5):
        Shop.objects.create(pk=key, name=f"Shop {key}", code=f"S{key}")
    now = timezone.now()
    product = Product.objects.create(vendor="mypromo", vendor_id="1", name="Pens", changed_at=now, created_at=now)
    Variant.objects.bulk_create(
        Variant(
            product=product,
            vendor="mypromo",
            vendor_id=str(number),
            sku=f"MP-F1-{number}",
            name="Ballpoint pen",
            image_url=f"https://img.example.com/{number}.png",
            changed_at=now,
            created_at=now,
        )
        for number in range(400)
    )
