"""The database of the tests: migrated once a run and copied for each worker, emptied after each test that commits."""

from functools import cache
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase

TEMPLATE = "test_template"
# From about so many rows in one table on, TRUNCATE of all tables is faster than DELETE.
MANY = 2000
FILLED_BY_MIGRATE = {"auth_permission", "django_content_type", "privacy_hashkey"}


def copy_template(run: str) -> None:
    """Copy the test database of this worker from the one that the first worker of this run migrates."""
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as postgres:
        postgres.execute("SELECT pg_advisory_lock(hashtext(%s))", [TEMPLATE])
        query = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
        if postgres.execute(query, [TEMPLATE]).fetchone() != (run,):
            _migrate_template()
            postgres.execute(f"COMMENT ON DATABASE {TEMPLATE} IS '{run}'")
    connection.settings_dict["TEST"] |= {"TEMPLATE": TEMPLATE, "MIGRATE": False}


def _migrate_template() -> None:
    own = connection.settings_dict["NAME"], connection.settings_dict["TEST"]["NAME"]
    connection.settings_dict["TEST"]["NAME"] = TEMPLATE
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    connection.creation.destroy_test_db(own[0], verbosity=0, keepdb=True)  # only closes the connection
    connection.settings_dict["TEST"]["NAME"] = own[1]


def drop_template() -> None:
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as postgres:
        postgres.execute(f"DROP DATABASE IF EXISTS {TEMPLATE}")


def empty_tables(test: TransactionTestCase) -> None:
    """Do what Django's flush does, which would truncate all tables and then make each permission anew."""
    # Django closes it after each test that commits; what it left open would be in the way.
    connection.close()
    kept = _kept_connection()
    with kept.transaction(), kept.cursor() as cursor:
        # As TRUNCATE would: wait for whoever still writes.
        cursor.execute(f"LOCK TABLE {', '.join(_tables())} IN SHARE MODE")
        # Emptying is no change that anybody made: no trigger records it, none refuses it.
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(f"SELECT {', '.join(f'EXISTS (SELECT FROM {table})' for table in _tables())}")
        [has_rows] = cursor.fetchall()
        filled = [table for table, is_filled in zip(_tables(), has_rows, strict=True) if is_filled]
        if _is_any_long(cursor, filled):
            cursor.execute(f"TRUNCATE {', '.join(_tables())}")
        elif filled:
            cursor.execute("; ".join(f"DELETE FROM {table}" for table in filled))
        # A test may have sealed it under a key of its own.
        cursor.execute("UPDATE privacy_hashkey SET key = %s WHERE key <> %s", [migrated_hash_key()] * 2)


def _is_any_long(cursor: psycopg.Cursor[Any], tables: list[str]) -> bool:
    parts = (f"SELECT count(*) FROM (SELECT FROM {table} LIMIT {MANY}) AS t" for table in tables)
    cursor.execute(f"SELECT greatest(0, {', '.join(f'({part})' for part in parts)})" if tables else "SELECT 0")
    [[most]] = cursor.fetchall()
    return bool(most == MANY)


_kept: list[psycopg.Connection[Any]] = []


def _kept_connection() -> psycopg.Connection[Any]:
    """Return a connection that outlasts tests: in each new one PostgreSQL opens all tables anew, which takes 40 ms."""
    if not (_kept and _kept[0].info.dbname == connection.settings_dict["NAME"] and _still_answers(_kept[0])):
        close_kept()
        _kept.append(psycopg.connect(**connection.get_connection_params() | {"autocommit": True}))
    return _kept[0]


def _still_answers(kept: psycopg.Connection[Any]) -> bool:
    """Return whether no test has ended it, or the server."""
    try:
        kept.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True


def close_kept() -> None:
    """Let the database be dropped."""
    while _kept:
        _kept.pop().close()


@cache
def migrated_hash_key() -> str:
    """Return the sealed key for hashes as `migrate` made it: to be read before the first test."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM privacy_hashkey")
        [[key]] = cursor.fetchall()
    return str(key)


@cache
def _tables() -> list[str]:
    """Return all tables but those that `migrate` fills."""
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return [connection.ops.quote_name(name) for name in names if name not in FILLED_BY_MIGRATE]


def end_other_sessions() -> None:
    """End what threads of earlier tests left open in this worker's database: a restore wants to be alone in it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
