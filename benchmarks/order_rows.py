"""Orders by the hundred thousand, made inside PostgreSQL: two years of four shops, nearly all of them finished."""

from django.db import connection

# Words as `orders.services.search` makes them: folded, whole and in parts.
ORDERS = """
INSERT INTO orders_order (
    id, shop_id, number, reference, state, production, shipment, late, ship_by, placed_at, currency, total,
    customer_email, customer_firstname, customer_lastname, customer_phone, accepts_letters, accepts_review_request,
    shipping_method, express_shipping, express_production, complaint, custom_properties, tags, note, assignee_id,
    fingerprint, search, created_at, updated_at)
SELECT id, 1 + id %% 4, 'WEB-' || 100000 + id, 'R-' || 500000 + id, state, production, shipment,
    shipment <> 'delivered' AND id %% 3 = 0 AND state = 'released', received + interval '4 days', received, 'EUR',
    (500 + id * 7919 %% 90000) / 100.0, email, first, last, phone, false, false, 'Standard', false, false, false, '{}',
    CASE WHEN id %% 33 = 0 THEN ARRAY['VIP'] WHEN id %% 211 = 0 THEN ARRAY['reprint'] ELSE '{}' END::varchar[], '',
    CASE WHEN id %% 50 = 0 THEN %(user)s END, '',
    array_to_tsvector(ARRAY['web-' || 100000 + id, 'web', (100000 + id)::text, 'r-' || 500000 + id, 'r',
        (500000 + id)::text, email, 'customer' || id, 'example', 'com', lower(first), lower(last), phone, zip,
        lower(town), lower(sku), 'jjd' || 3000000000 + id]),
    received, received
FROM (
    SELECT id, now() - (%(total)s - id) * interval '730 days' / %(total)s AS received,
        'customer' || id || '@example.com' AS email,
        (ARRAY['Anna','Ben','Clara','David','Emma','Finn','Greta','Hugo','Ida','Jonas'])[1 + id * 31 %% 10] AS first,
        CASE WHEN id %% 100 = 0 THEN 'Muller' ELSE 'Name' || md5((id * 7 %% 5000)::text) END AS last,
        '4930' || 10000000 + id AS phone, lpad((id * 37 %% 99999)::text, 5, '0') AS zip,
        CASE WHEN id %% 20 = 0 THEN 'Berlin' ELSE 'Town' || id %% 3000 END AS town, 'MP-F1-' || id %% 400 AS sku,
        CASE WHEN share < 0.97 THEN CASE WHEN id %% 60 = 0 THEN 'cancelled' ELSE 'closed' END
             ELSE (ARRAY['released','released','released','held','new'])[1 + id %% 5] END AS state,
        CASE WHEN share < 0.97 THEN CASE WHEN id %% 60 = 0 THEN 'none' ELSE 'done' END
             ELSE (ARRAY['sent','in_production','done','none','none'])[1 + id %% 5] END AS production,
        CASE WHEN share < 0.97 THEN CASE WHEN id %% 60 = 0 THEN 'none' ELSE 'delivered' END
             ELSE (ARRAY['none','none','shipped','none','none'])[1 + id %% 5] END AS shipment
    FROM (SELECT id, id::float / %(total)s AS share FROM generate_series(%(first)s::bigint, %(total)s) AS id) AS numbers
) AS rows
"""
LINES = """
INSERT INTO orders_orderline (order_id, position, reference, kind, vendor, sku, name, quantity, unit_price, unit_cost,
    design_id, files, custom_properties)
SELECT id, position, position::text, 'files', 'mypromo', 'MP-F1-' || (id + position) %% 400, 'Ballpoint pen', 100, 1.29,
    0.74, '', '[]', '{}'
FROM generate_series(%(first)s::bigint, %(total)s) AS id, generate_series(1, 1 + id %% 3) AS position
"""
HOLDS = """
INSERT INTO orders_hold (order_id, reason, text, errors, placed_by, placed_at, released_by, release_note)
SELECT id, (ARRAY['bad_address','vendor_refused','manual'])[1 + id %% 3], 'Too long.', '{}', 'system', created_at,
    '', ''
FROM orders_order WHERE state = 'held' AND id >= %(first)s
"""
TABLES = ("orders_order", "orders_orderline", "orders_hold")
INDEXES = """
SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) AND NOT EXISTS (
    SELECT FROM pg_constraint WHERE conindid = format('%%I', indexname)::regclass)
"""


def grow_to(total: int, *, first: int, user: int) -> None:
    """Add orders `first` .. `total`. Needs the shops 1 to 4 and the variants of `make_catalogue`."""
    values = {"first": first, "total": total, "user": user}
    with connection.cursor() as cursor:
        # Indexes are built at once rather than row by row, references not looked up: a tenth of the time.
        cursor.execute("SET statement_timeout = 0; SET maintenance_work_mem = '512MB'")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(INDEXES, [list(TABLES)])
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        for statement in (ORDERS, LINES, HOLDS):
            cursor.execute(statement, values)
        for _name, definition in indexes:
            cursor.execute(definition)
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute(f"VACUUM ANALYZE {', '.join(TABLES)}")


def make_catalogue() -> None:
    """Four shops and four hundred variants with pictures."""
    from django.utils import timezone

    from backoffice.models import Shop
    from catalog.models import Product, Variant

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
