"""What the project stands on, looked at: the way to the database, the keys, static files and the disk."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage, staticfiles_storage
from django.db import Error as DatabaseError
from django.db import connection

from backoffice.engine.models.stored_file import StoredFile
from backoffice.engine.services.resealing import count_seals, sealed_columns
from backoffice.published_secrets import is_loopback
from backoffice.text.translatable import gettext as _

SEALS_TRIED = 100
FILES_LOOKED_FOR = 20


@dataclass(frozen=True)
class DoctorResult:
    """One thing that `manage.py doctor` examined; `remedy` is the next step where it is not well."""

    what: str
    text: str
    remedy: str = ""

    @property
    def is_well(self) -> bool:
        return not self.remedy


def examine_foundations() -> Iterator[DoctorResult]:
    """Examine all of this, given that the database answers and has its tables."""
    yield from examine_pooling()
    yield from _encryption()
    yield from _proxies()
    yield from examine_seals()
    yield from examine_static_files()
    yield from examine_files()


def examine_database() -> DoctorResult:
    """Return whether PostgreSQL answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            version = cursor.fetchone()[0]
    except DatabaseError as error:
        text = str(error).strip()
        if "startup parameter" in text:
            return DoctorResult(_("Database"), text, _("A pooler stands before PostgreSQL: set DATABASE_POOLED=1."))
        return DoctorResult(_("Database"), text, _("Start PostgreSQL, or correct DATABASE_URL."))
    return DoctorResult(_("Database"), f"PostgreSQL {version}")


def examine_pooling() -> list[DoctorResult]:
    """Return what is wrong with the way to the database: a pooler that nobody named, time-outs that are not set."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
        unset = []
        for name in settings.DATABASE_TIMEOUTS:
            cursor.execute(f"SHOW {name}")
            if cursor.fetchone()[0] == "0":
                unset.append(name)
    # A pooler says which process of its own it is, and the query which one of the server.
    if connection.connection.info.backend_pid != pid and not settings.DATABASE_POOLED:
        remedy = _("Set DATABASE_POOLED=1, or connect to PostgreSQL itself.")
        return [DoctorResult(_("Database"), _("A pooler stands between us and PostgreSQL."), remedy)]
    if not unset:
        return []
    role = connection.ops.quote_name(connection.settings_dict["USER"])
    orders = "; ".join(f"ALTER ROLE {role} SET {name} = '{settings.DATABASE_TIMEOUTS[name]}'" for name in unset)
    text = _("Without a limit a page may hang for ever: %s.") % ", ".join(unset)
    return [DoctorResult(_("Database"), text, _("Run in PostgreSQL, then connect anew: %s") % orders)]


def examine_seals() -> Iterator[DoctorResult]:
    """Find values that need a key which is to be dropped, or that no key opens any more."""
    # With one key only its oldest values and its newest are tried: whatever needs another one is among the oldest.
    most = None if len(settings.ENCRYPTION_KEYS) > 1 else SEALS_TRIED
    for column in sealed_columns():
        found = count_seals(column, most=most)
        if found.lost:
            text = _("%(number)d values of %(column)s were sealed with a key that is gone.")
            remedy = _("Put the old key back at the end of ENCRYPTION_KEYS, run manage.py reseal, then drop it.")
            yield DoctorResult("ENCRYPTION_KEYS", text % {"number": found.lost, "column": column}, remedy)
        elif found.older:
            text = _("%(number)d values of %(column)s still need an older key.")
            remedy = _("Run manage.py reseal before you drop it.")
            yield DoctorResult("ENCRYPTION_KEYS", text % {"number": found.older, "column": column}, remedy)


def examine_static_files() -> Iterator[DoctorResult]:
    """Find pages that would answer with errors because `collectstatic` was not run, or not since the last version."""
    missing = missing_static_files()
    if missing:
        text = _("%(number)d files of the staff pages are not collected, %(name)s among them.")
        names = {"number": len(missing), "name": missing[0]}
        yield DoctorResult(_("Static files"), text % names, _("Run manage.py collectstatic --no-input."))


def missing_static_files() -> list[str]:
    """Return the files of ours without which pages answer 500; none where files are served as they are."""
    if not isinstance(staticfiles_storage, ManifestStaticFilesStorage):
        return []
    own = Path(settings.BASE_DIR) / "backoffice" / "staff" / "static"
    names = sorted(str(path.relative_to(own)) for path in own.rglob("*.*") if not path.name.startswith("."))
    return [name for name in names if name not in staticfiles_storage.hashed_files]


def examine_files() -> Iterator[DoctorResult]:
    """Find files that the database knows and this machine has not: another one keeps them on a disk of its own, or
    they were not restored with the database.
    """
    for model in apps.get_models():
        if not issubclass(model, StoredFile):
            continue
        stored = model._default_manager.filter(stored_at__isnull=False).exclude(path="").order_by("-pk")
        paths = list(stored.values_list("path", flat=True)[:FILES_LOOKED_FOR])
        missing = sum(not (Path(settings.MEDIA_ROOT) / path).exists() for path in paths)
        if missing:
            text = _("%(missing)d of the newest %(number)d files of %(table)s are not under %(folder)s.") % {
                "missing": missing, "number": len(paths), "table": model._meta.db_table, "folder": settings.MEDIA_ROOT,
            }  # fmt: skip
            remedy = _("Let all machines share one folder there, and restore it together with the database.")
            yield DoctorResult(_("Files"), text, remedy)


def _encryption() -> Iterator[DoctorResult]:
    """Find addresses of customers that cross a network in the open, unless `sslmode=disable` says that it is known."""
    database = connection.settings_dict
    is_elsewhere = not all(host.startswith("/") or is_loopback(host) for host in database["HOST"].split(","))
    if is_elsewhere and database["OPTIONS"].get("sslmode") != "disable" and not connection.connection.pgconn.ssl_in_use:
        text = _("The connection to %s is not encrypted.") % database["HOST"]
        remedy = _(
            "Add ?sslmode=verify-full&sslrootcert=… to DATABASE_URL; ?sslmode=disable if the network is yours alone."
        )
        yield DoctorResult(_("Database"), text, remedy)


def _proxies() -> Iterator[DoctorResult]:
    if settings.SECURE_SSL_REDIRECT and not settings.TRUSTED_PROXIES:
        text = _("PUBLIC_URL is https, but no proxy is believed that says so: pages redirect to themselves for ever.")
        remedy = _("Set TRUSTED_PROXIES to the number of proxies in a row before this server.")
        yield DoctorResult(_("Settings"), f"TRUSTED_PROXIES: {text}", remedy)
