"""Orders by the hundred thousand, made inside PostgreSQL: two years of four shops, nearly all of them finished."""

from django.db import connection
from django.utils import timezone

from backoffice.accounts.models import Shop
from catalog.models import Product, Variant
from orders.models import Order

# All columns of a row made by Django, with these put in their place: a new column of the model needs nothing here.
# Words as `orders.services.search` makes them: folded, whole and in parts.
ORDERS = """
INSERT INTO orders_order SELECT made.* FROM orders_order AS template, (
    SELECT id, jsonb_build_object('id', id, 'shop_id', 1 + id %% 4, 'number', 'WEB-' || 100000 + id,
        'reference', 'R-' || 500000 + id, 'state', state, 'production', production, 'shipment', shipment,
        'late', shipment <> 'delivered' AND id %% 3 = 0 AND state = 'released', 'ship_by', received + interval '4 days',
        'placed_at', received, 'total', (500 + id * 7919 %% 90000) / 100.0, 'customer_email', email,
        'customer_firstname', first, 'customer_lastname', last, 'customer_phone', phone, 'created_at', received,
        'tags', CASE WHEN id %% 33 = 0 THEN ARRAY['VIP'] WHEN id %% 211 = 0 THEN ARRAY['reprint'] ELSE '{}' END::text[],
        'assignee_id', CASE WHEN id %% 50 = 0 THEN %(user)s END,
        'search', array_to_tsvector(ARRAY['web-' || 100000 + id, 'web', (100000 + id)::text, 'r-' || 500000 + id, 'r',
            (500000 + id)::text, 'web' || 100000 + id, 'r' || 500000 + id, email, 'customer' || id, 'example', 'com',
            lower(first), lower(last), phone, substr(phone, 3), substr(phone, 5), substr(phone, 6), substr(phone, 7),
            zip, lower(town), lower(sku), 'mp', 'f1', (id %% 400)::text, 'mpf1' || id %% 400, 'hauptstrasse',
            (1 + id %% 250)::text, 'jjd' || 3000000000 + id])::text) AS changes
    FROM (
        SELECT id, now() - (%(total)s - id) * interval '730 days' / %(total)s AS received,
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
              FROM generate_series(%(first)s::bigint, %(total)s) AS id) AS numbers
    ) AS facts
) AS rows, LATERAL jsonb_populate_record(template, changes) AS made WHERE template.id = %(template)s
"""
LINES = """
INSERT INTO orders_orderline SELECT made.* FROM orders_orderline AS template,
    generate_series(%(first)s::bigint, %(total)s) AS number, generate_series(1, 1 + number %% 3) AS place,
    LATERAL jsonb_populate_record(template, jsonb_build_object('id', number * 4 + place, 'order_id', number,
        'position', place, 'reference', place::text, 'sku', 'MP-F1-' || (number + place) %% 400)) AS made
WHERE template.order_id = %(template)s
"""
HOLDS = """
INSERT INTO orders_hold (order_id, reason, text, errors, placed_by, placed_at, released_by, release_note)
SELECT id, (ARRAY['bad_address','vendor_refused','manual'])[1 + id %% 3], 'Too long.', '{}', 'system', created_at,
    '', ''
FROM orders_order WHERE state = 'held' AND id >= %(first)s
"""
PARTS = """
INSERT INTO orders_vendororder SELECT made.* FROM orders_vendororder AS template,
    generate_series(%(first)s::bigint, %(total)s) AS number,
    LATERAL jsonb_populate_record(template, jsonb_build_object('id', number, 'order_id', number,
        'reference', 'WEB-' || 100000 + number, 'vendor_id', (7000000 + number)::text)) AS made
WHERE template.order_id = %(template)s
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


def grow_to(total: int, *, first: int, user: int) -> None:
    """Add orders `first` .. `total`. Needs the shops 1 to 4 and the variants of `make_catalogue`."""
    template = _template(TEMPLATE)
    values = {"first": first, "total": total, "user": user, "template": TEMPLATE}
    with connection.cursor() as cursor:
        # Indexes are built at once rather than row by row, references not looked up: a tenth of the time.
        cursor.execute("SET statement_timeout = 0; SET maintenance_work_mem = '512MB'")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(INDEXES, [list(TABLES)])
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        for statement in (ORDERS, LINES, HOLDS, PARTS, KNOWN_WORDS):
            cursor.execute(statement, values)
        for _name, definition in indexes:
            cursor.execute(definition)
        cursor.execute("SET session_replication_role = DEFAULT")
        template.vendor_orders.all().delete()
        template.lines.all().delete()
        template.delete()
        cursor.execute(f"VACUUM ANALYZE {', '.join(TABLES)}")


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
