"""Downloads print files, slips and previews through the vendor's protected links, each once. Labels: `labels.py`.

Fetching one twice does no harm, so a file is simply tried until we have it: quickly at first, then every hour, and a
person hears of it after the quick tries.
"""

import logging
from datetime import timedelta

from django.db.models import F
from django.db.models.functions import Now

from backoffice.models.push import Lane
from backoffice.services.clock import database_now
from backoffice.services.integrations import open_vendor
from backoffice.translatable import gettext as _
from backoffice.vendors.addresses import UnsafeUrl
from backoffice.vendors.errors import BudgetEmpty, VendorError
from fulfillment.models import FileKind, ProductionFile
from fulfillment.services import file_store
from fulfillment.services.file_store import NoSpace, UnfitFile

logger = logging.getLogger(__name__)

LADDER = (5, 30, 120)
EVERY_SECONDS = 3600
# While a worker is at a file nobody else takes it; a lost worker's file is due again after that.
WORKING_SECONDS = 120


def download_due_files(*, limit: int = 50) -> int:
    """Download what is due, oldest first. Answers how many were tried."""
    due = ProductionFile.objects.filter(next_at__lte=Now()).order_by("next_at", "pk")
    return sum(download_file(pk) for pk in list(due.values_list("pk", flat=True)[:limit]))


def download_file(file_id: int) -> bool:
    """We have a copy of the file, or know when to try again. False when it was not due or another worker has it."""
    claimed = ProductionFile.objects.filter(pk=file_id, next_at__lte=Now()).update(
        next_at=Now() + timedelta(seconds=WORKING_SECONDS), attempts=F("attempts") + 1
    )
    if not claimed:
        return False
    file = ProductionFile.objects.select_related("production_order").get(pk=file_id)
    try:
        _fetch(file)
    except UnsafeUrl as error:
        _put_off(file, problem=str(error), seconds=None)
    except BudgetEmpty as error:
        file.attempts -= 1
        _put_off(file, problem=error.text, seconds=error.retry_after or 1)
    except VendorError as error:
        _put_off(file, problem=error.text, seconds=_wait(file))
    except (UnfitFile, NoSpace) as error:
        _put_off(file, problem=str(error), seconds=_wait(file))
    except OSError as error:
        _put_off(file, problem=_("The disk refused the file: %s") % error, seconds=_wait(file))
    return True


def try_again(file: ProductionFile) -> None:
    """A person wants the file now; one that we have stays as it is."""
    ProductionFile.objects.filter(pk=file.pk, stored_at__isnull=True).update(next_at=Now())


def _fetch(file: ProductionFile) -> None:
    file_store.require_space()
    vendor = open_vendor(file.production_order.vendor, lane=Lane.READS)
    answer = vendor.download(file.url)
    # Named before it is written, so that a worker that dies in between leaves nothing behind that nobody knows.
    file.path = file.path or file_store.new_path()
    ProductionFile.objects.filter(pk=file.pk).update(path=file.path)
    kept = file_store.write_file(file.path, answer.content, pictures=file.kind == FileKind.PREVIEW)
    file.next_at, file.problem, file.needs_person = None, "", False
    file.save(update_fields=["next_at", "problem", "needs_person", *file_store.note_kept(file, kept)])


def _put_off(file: ProductionFile, *, problem: str, seconds: float | None) -> None:
    """`seconds` None: trying again would change nothing."""
    logger.warning("File %s could not be downloaded: %s", file.pk, problem)
    file.problem = problem
    file.next_at = None if seconds is None else database_now() + timedelta(seconds=seconds)
    file.needs_person = seconds is None or file.attempts > len(LADDER)
    file.save(update_fields=["problem", "next_at", "needs_person", "attempts"])


def _wait(file: ProductionFile) -> float:
    return LADDER[file.attempts - 1] if file.attempts <= len(LADDER) else EVERY_SECONDS
