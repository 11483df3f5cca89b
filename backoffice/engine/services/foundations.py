"""What the project stands on, looked at: the way to the database, the keys, static files and the disk."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage, staticfiles_storage
from django.core.files.storage import default_storage
from django.db import Error as DatabaseError
from django.db import connection
from django.utils.translation import ngettext

from backoffice.engine.models.stored_file import StoredFile
from backoffice.engine.services.file_trial import try_store
from backoffice.engine.services.resealing import count_seals, sealed_columns
from backoffice.published_secrets import is_loopback
from backoffice.text.translatable import gettext as _

SEALS_TRIED = 100
_UNFINISHED_INDEXES = """
    SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
     WHERE NOT indisvalid AND relnamespace = current_schema()::regnamespace AND relkind = 'i'
       AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index WHERE index_relid = indexrelid)
     ORDER BY relname
"""
FILES_LOOKED_FOR = 20


@dataclass(frozen=True)
class DoctorResult:
    """One thing that `manage.py doctor` examined; `remedy` is the next step where it is not well, `cost` what it does
    to the shop until then.
    """

    what: str
    text: str
    remedy: str = ""
    cost: str = ""

    @property
    def is_well(self) -> bool:
        return not self.remedy


def examine_foundations() -> Iterator[DoctorResult]:
    """Examine all of this, given that the database answers and has its tables."""
    yield from examine_pooling()
    yield from examine_indexes()
    yield from _encryption()
    yield from _store_encryption()
    yield from _proxies()
    yield from examine_seals()
    yield from examine_static_files()


def examine_database() -> DoctorResult:
    """Return whether PostgreSQL answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            version = cursor.fetchone()[0]
    except DatabaseError as error:
        text = str(error).strip()
        if "startup parameter" in text:
            remedy = _("PostgreSQL is behind a pooler: set DATABASE_POOLED=1.")
        else:
            remedy = _("Start PostgreSQL, or correct DATABASE_URL.")
        cost = _("Nothing works: no page opens, no order comes in, nothing is sent.")
        return DoctorResult(_("Database"), text, remedy, cost)
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
        remedy = _("Set DATABASE_POOLED=1, or connect to PostgreSQL directly.")
        cost = _("Settings and cursors of one process leak into another: pages and syncs fail now and then.")
        return [
            DoctorResult(_("Database"), _("There is a pooler between the back office and PostgreSQL."), remedy, cost)
        ]
    if not unset:
        return []
    role = connection.ops.quote_name(connection.settings_dict["USER"])
    orders = "; ".join(f"ALTER ROLE {role} SET {name} = '{settings.DATABASE_TIMEOUTS[name]}'" for name in unset)
    text = _("These timeouts are not set: %s.") % ", ".join(unset)
    cost = _("One lock that is never released keeps pages and workers waiting forever.")
    return [DoctorResult(_("Database"), text, _("Run in PostgreSQL, then reconnect: %s") % orders, cost)]


def examine_indexes() -> Iterator[DoctorResult]:
    """Find indexes that an upgrade was making when it was killed."""
    with connection.cursor() as cursor:
        cursor.execute(_UNFINISHED_INDEXES)
        names = [row[0] for row in cursor.fetchall()]
    if names:
        cost = _("Every change to their tables is written to them, but no query uses them.")
        remedy = _("Run in PostgreSQL: %s. Then run manage.py migrate.")
        drops = "; ".join(f'DROP INDEX CONCURRENTLY "{name}"' for name in names)
        text = _("An interrupted upgrade left unfinished indexes: %s.") % ", ".join(names)
        yield DoctorResult(_("Database"), text, remedy % drops, cost)


def examine_seals() -> Iterator[DoctorResult]:
    """Find values that need a key which is to be dropped, or that no key opens any more."""
    # With one key only its oldest values and its newest are tried: whatever needs another one is among the oldest.
    most = None if len(settings.ENCRYPTION_KEYS) > 1 else SEALS_TRIED
    for column in sealed_columns():
        found = count_seals(column, most=most)
        if found.lost:
            text = ngettext(
                "%(number)d value of %(column)s was encrypted with a key that no longer exists.",
                "%(number)d values of %(column)s were encrypted with a key that no longer exists.",
                found.lost,
            )
            remedy = _("Put the old key back at the end of ENCRYPTION_KEYS, run manage.py reseal, then remove it.")
            cost = _("What these credentials open cannot be reached: a vendor, a shop or a file's address.")
            yield DoctorResult("ENCRYPTION_KEYS", text % {"number": found.lost, "column": column}, remedy, cost)
        elif found.older:
            text = ngettext(
                "%(number)d value of %(column)s still needs an older key.",
                "%(number)d values of %(column)s still need an older key.",
                found.older,
            )
            remedy = _("Run manage.py reseal before you remove it.")
            cost = _("None yet. Without the older key, they could no longer be read.")
            yield DoctorResult("ENCRYPTION_KEYS", text % {"number": found.older, "column": column}, remedy, cost)


def examine_static_files() -> Iterator[DoctorResult]:
    """Find pages that would answer with errors because `collectstatic` was not run, or not since the last version."""
    missing = missing_static_files()
    if missing:
        text = ngettext(
            "%(number)d static file of the staff pages is not collected: %(name)s.",
            "%(number)d static files of the staff pages are not collected, including %(name)s.",
            len(missing),
        )
        names = {"number": len(missing), "name": missing[0]}
        cost = _("Staff pages answer with an error. Orders still come in and are sent.")
        yield DoctorResult(_("Static files"), text % names, _("Run manage.py collectstatic --no-input."), cost)


def missing_static_files() -> list[str]:
    """Return the files of ours without which pages answer 500; none where files are served as they are."""
    if not isinstance(staticfiles_storage, ManifestStaticFilesStorage):
        return []
    own = Path(settings.BASE_DIR) / "backoffice" / "staff" / "static"
    names = sorted(str(path.relative_to(own)) for path in own.rglob("*.*") if not path.name.startswith("."))
    return [name for name in names if name not in staticfiles_storage.hashed_files]


def examine_store() -> DoctorResult:
    """Return whether files can be kept and read here, tried out."""
    trial = try_store()
    cost = _("Uploads are rejected, and orders with print files wait.")
    return DoctorResult(_("Files"), f"{_where()}: {trial.text}", trial.remedy, cost)


def examine_files() -> Iterator[DoctorResult]:
    """Find files that the database knows and that are not found: another machine keeps them on a disk of its own, or
    they were not restored with the database. Raises StoreAway.
    """
    for model in apps.get_models():
        if not issubclass(model, StoredFile):
            continue
        stored = model._default_manager.filter(stored_at__isnull=False).exclude(path="").order_by("-pk")
        paths = list(stored.values_list("path", flat=True)[:FILES_LOOKED_FOR])
        missing = sum(not default_storage.exists(path) for path in paths)
        if missing:
            text = ngettext(
                "%(missing)d of the newest %(number)d files of %(table)s is not under %(folder)s.",
                "%(missing)d of the newest %(number)d files of %(table)s are not under %(folder)s.",
                missing,
            ) % {
                "missing": missing, "number": len(paths), "table": model._meta.db_table, "folder": _where(),
            }  # fmt: skip
            remedy = _("Have all machines share one folder or bucket, and restore it together with the database.")
            cost = _("Orders with such files are held, and labels must be downloaded from the vendor's portal.")
            yield DoctorResult(_("Files"), text, remedy, cost)


def _where() -> str:
    """Return where files are looked for, in the operator's words."""
    if settings.FILES_STORE == "s3":
        return f"s3://{settings.FILES_S3_BUCKET}/{settings.FILES_S3_PREFIX}"
    return str(settings.MEDIA_ROOT)


def _encryption() -> Iterator[DoctorResult]:
    """Find addresses of customers that cross a network in the open, unless `sslmode=disable` says that it is known."""
    database = connection.settings_dict
    is_elsewhere = not all(host.startswith("/") or is_loopback(host) for host in database["HOST"].split(","))
    if is_elsewhere and database["OPTIONS"].get("sslmode") != "disable" and not connection.connection.pgconn.ssl_in_use:
        text = _("The connection to %s is not encrypted.") % database["HOST"]
        remedy = _(
            "Add ?sslmode=verify-full&sslrootcert=… to DATABASE_URL, or ?sslmode=disable if only you use the network."
        )
        cost = _("Anyone on that network can read customer names and addresses.")
        yield DoctorResult(_("Database"), text, remedy, cost)


def _store_encryption() -> Iterator[DoctorResult]:
    """Find print files and labels that cross a network in the open."""
    address = urlsplit(settings.FILES_S3_ENDPOINT)
    if settings.FILES_STORE == "s3" and address.scheme == "http" and not is_loopback(address.hostname or ""):
        text = _("The connection to %s is not encrypted.") % settings.FILES_S3_ENDPOINT
        cost = _("Anyone on that network can read print files and labels.")
        remedy = _("Enable TLS on the store, and start FILES_S3_ENDPOINT with https://.")
        yield DoctorResult(_("Files"), text, remedy, cost)


def _proxies() -> Iterator[DoctorResult]:
    if settings.SECURE_SSL_REDIRECT and not settings.TRUSTED_PROXIES:
        text = _("PUBLIC_URL is https, but no proxy is trusted to report it.")
        cost = _("Pages redirect to themselves endlessly, for staff and storefronts alike.")
        remedy = _("Set TRUSTED_PROXIES to the number of proxies in front of this server.")
        yield DoctorResult(_("Settings"), f"TRUSTED_PROXIES: {text}", remedy, cost)
