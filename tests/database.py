"""The database of the tests: migrated once a run and copied for each worker, emptied after each test that commits."""

from functools import cache

import psycopg
from django.conf import settings
from django.db import connection, transaction
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
    with transaction.atomic(), connection.cursor() as cursor:
        # As TRUNCATE would: wait for whoever still writes.
        cursor.execute(f"LOCK TABLE {', '.join(_tables())} IN SHARE MODE")
        # Emptying is no change that anybody made: no trigger records it, none refuses it.
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(_rows_of_tables())
        rows = dict(cursor.fetchall())
        filled = [table for table in _tables() if rows[table]]
        if max(rows.values()) < MANY:
            cursor.execute("; ".join(f"DELETE FROM {table}" for table in filled))
        else:
            cursor.execute(f"TRUNCATE {', '.join(_tables())}")
        # A test may have sealed it under a key of its own.
        cursor.execute("UPDATE privacy_hashkey SET key = %s WHERE key <> %s", [migrated_hash_key()] * 2)


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


@cache
def _rows_of_tables() -> str:
    """Return names and numbers of rows, counted no further than matters."""
    parts = (f"SELECT '{table}', count(*) FROM (SELECT FROM {table} LIMIT {MANY}) AS t" for table in _tables())
    return " UNION ALL ".join(parts)


def end_other_sessions() -> None:
    """End what threads of earlier tests left open in this worker's database: a restore wants to be alone in it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
