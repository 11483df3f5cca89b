"""Pushes by the million, made inside PostgreSQL, with some attempts and callbacks: nearly all of them long finished."""

from django.db import connection

from benchmarks.order_rows import portions, without_indexes

# Five an order, the last hundreds open or refused: what waits for workers and people does not grow with what is done.
PUSHES = """
INSERT INTO engine_push (id, vendor, kind, subject_type, subject_id, generation, payload, lane, state, step, attempts,
    crashes, next_at, looks, absences, needs_attention, cause, errors, decided_by, decision, created_by, request_id,
    created_at, updated_at, finished_at)
SELECT id, 'mypromo',
    (ARRAY['orders.place','orders.export','orders.cancel','orders.discard','orders.report'])[1 + id %% 5],
    'orders.vendororder', 1 + id / 5, 1, '{}', 10, 'confirmed', '', 1, 0, at, 0, 0, false, '', '[]', '', '', 'system',
    '', at, at, at
FROM (SELECT id, now() - interval '730 days' * ((%(total)s - id)::float / %(total)s) AS at
        FROM generate_series(%(first)s::bigint, %(until)s) AS id) AS rows
"""
OPEN = """
UPDATE engine_push SET state = 'confirmed', needs_attention = false
 WHERE state <> 'confirmed' AND id <= %(total)s - 3000;
UPDATE engine_push SET state = 'new', finished_at = NULL, attempts = 0 WHERE id > %(total)s - 2000;
UPDATE engine_push SET state = 'failed', needs_attention = true, cause = 'Too long.'
 WHERE id > %(total)s - 3000 AND id <= %(total)s - 2500
"""
ATTEMPTS = """
INSERT INTO engine_pushattempt_by_month (push_id, step, started_at, duration_ms, method, url, request, status, answer,
    error, has_effect)
SELECT id, 'submit', now() - interval '180 days' * ((%(total)s - id)::float / %(total)s), 200, 'POST',
    'https://vendor.example/orders', repeat('{"reference": "R"}', 10), 201, repeat('{"id": 1}', 20), '', true
FROM generate_series(%(first)s::bigint, %(until)s, 10) AS id
"""
CALLBACKS = """
INSERT INTO engine_callback_by_month (vendor, topic, key, recipient, body, headers, received_at, last_seen_at, seen,
    state, attempts, note, subject_type, subject_id, request_id, processed_at)
SELECT 'mypromo', 'orders', encode(sha256(id::text::bytea), 'hex'), '', convert_to(repeat('{"id": 1}', 40), 'UTF8'),
    '{}', at, at, 1, 'applied', 1, '', 'orders.vendororder', id / 5, '', at
FROM (SELECT id, now() - interval '180 days' * ((%(total)s - id)::float / %(total)s) AS at
        FROM generate_series(%(first)s::bigint, %(until)s, 10) AS id) AS rows
"""
KEYS = """
INSERT INTO engine_callbackkey (digest, callback_id, received_at)
SELECT encode(substring(sha256(convert_to(vendor || chr(10) || key, 'UTF8')) for 16), 'hex')::uuid, id, received_at
FROM engine_callback_by_month ON CONFLICT DO NOTHING
"""
LEAVES = "SELECT relid::text FROM pg_partition_tree(%s) WHERE isleaf"


def grow_pushes_to(total: int, *, first: int) -> None:
    """Add pushes `first` .. `total`, and to one in ten an attempt and a callback, of the last six months."""
    with connection.cursor() as cursor:
        months = _leaves(cursor, "engine_callback_by_month") + _leaves(cursor, "engine_pushattempt_by_month")
        with without_indexes(cursor, ["engine_push", "engine_callbackkey"]):
            for begin, end in portions(first, total):
                for statement in (PUSHES, ATTEMPTS, CALLBACKS):
                    cursor.execute(statement, {"first": begin, "until": end, "total": total})
            cursor.execute(KEYS)
        cursor.execute(OPEN, {"total": total})
        cursor.execute("SELECT setval(pg_get_serial_sequence('engine_push', 'id'), %s)", [total])
        cursor.execute(f"VACUUM ANALYZE engine_push, engine_callbackkey, {', '.join(months)}")
        cursor.execute("ANALYZE engine_callback_by_month, engine_pushattempt_by_month")


def make_past_months() -> None:
    """Divide the half year behind us too: an installation that has run for so long."""
    with connection.cursor() as cursor:
        for table in ("engine_callback", "engine_pushattempt"):
            cursor.execute(f"ALTER TABLE {table}_by_month DETACH PARTITION {table}")
            cursor.execute(f"DROP TABLE {table}")
            cursor.execute(
                "SELECT to_char(month, 'YYYY_MM'), month, month + interval '1 month' FROM generate_series("
                "date_trunc('month', now()) - interval '6 months', date_trunc('month', now()) + interval"
                " '1 month', interval '1 month') AS month"
            )
            for name, start, end in cursor.fetchall():
                bounds = f"FROM ('{start}') TO ('{end}')"
                cursor.execute(f"CREATE TABLE {table}_{name} PARTITION OF {table}_by_month FOR VALUES {bounds}")


def _leaves(cursor: object, table: str) -> list[str]:
    cursor.execute(LEAVES, [table])  # type: ignore[attr-defined]
    return [row[0] for row in cursor.fetchall()]  # type: ignore[attr-defined]
