"""A database of its own for a measurement, on the server that the settings name."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg


@contextmanager
def own_database(name: str, *, keep: bool = False) -> Iterator[str]:
    """Make the database `bench_<name>` with all tables and set Django up on it. Yields its address.

    Must be entered before Django is set up otherwise. Dropped at the end unless `keep`.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")
    from django.conf import settings

    database = f"bench_{name}"
    server = settings.DATABASE_URL
    url = urlunsplit(urlsplit(server)._replace(path=f"/{database}"))
    with psycopg.connect(server, autocommit=True) as admin:
        exists = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
        if exists and not keep:
            admin.execute(f'DROP DATABASE "{database}" WITH (FORCE)')
        if not exists or not keep:
            admin.execute(f'CREATE DATABASE "{database}"')
    os.environ["DATABASE_URL"] = url
    settings.DATABASES["default"]["NAME"] = database
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    try:
        yield url
    finally:
        from django.db import connections

        connections.close_all()
        if not keep:
            with psycopg.connect(server, autocommit=True) as admin:
                admin.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
