"""Copies and erasures asked for: rows that a worker does in the background, and any other goes on with."""

import logging
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from backoffice.engine.services.file_deletions import delete_due_files, delete_files, newest_deletion, why_undeleted
from backoffice.engine.services.files import note_kept
from backoffice.engine.services.task_queue import JOBS_QUEUE, enqueue_soon_on_commit
from backoffice.errors import ELIGIBLE, DomainError, Eligibility, InvalidInput, ineligible
from backoffice.files.stores.base import StoreAway
from backoffice.privacy.models import PrivacyRequest, RequestKind, RequestState
from backoffice.privacy.models.request import LONGEST_REASON, OPEN_REQUESTS
from backoffice.privacy.person import DataSubject, read_person
from backoffice.privacy.registry import guards
from backoffice.privacy.services import copying, erasing, given, outside, vendors
from backoffice.privacy.services.finding import begin_person, collect
from backoffice.privacy.services.hashing import hash_word, note_erased
from backoffice.privacy.services.spellings import Scrubber
from backoffice.text.translatable import gettext as _

logger = logging.getLogger(__name__)
WORK_REQUESTS = "backoffice.privacy.tasks.work_requests"
LEASE_SECONDS = 300
MOST_FAULTS = 5
# A copy is fetched within so many days, then its file goes.
COPY_DAYS = 7
# So long the end of an erasure deletes files itself; what is left then waits for the task that does.
FILE_SECONDS = 20
# So often it is looked whether what postponed an erasure is over.
LOOK_AGAIN = timedelta(hours=1)


@dataclass(frozen=True)
class Meant:
    """Whom somebody chose: how they are shown, and what the person is begun with."""

    title: str
    emails: Sequence[str] = ()
    rows: Sequence[tuple[str, int]] = ()

    def person(self) -> DataSubject:
        return begin_person(emails=self.emails, rows=self.rows)


def obstacles(person: DataSubject) -> list[str]:
    """Return why the person cannot be erased now, a sentence each."""
    return [reason for guard in guards for reason in guard(person)]


def can_erase(person: DataSubject) -> Eligibility:
    """Return whether the person may be erased now: nothing of theirs is open."""
    reasons = obstacles(person)
    return ineligible(" ".join(reasons), code="still_open") if reasons else ELIGIBLE


def ask_for_copy(meant: Meant, *, actor: str) -> PrivacyRequest:
    """Have a copy made of all that is known of somebody. Raise InvalidInput where nobody is meant."""
    return _ask(meant, kind=RequestKind.EXPORT, reason="", actor=actor)


def ask_for_erasure(meant: Meant, *, reason: str, actor: str, wait: bool = False) -> PrivacyRequest:
    """Have somebody erased; with `wait` as soon as nothing of theirs is open any more.

    Raise InvalidInput without a reason, and what `can_erase` refuses with unless it may `wait`.
    """
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        text = _("Give a reason of at most %(limit)d characters.") % {"limit": LONGEST_REASON}
        raise InvalidInput(text, errors={"reason": [text]})
    if not wait:
        can_erase(meant.person()).ensure()
    return _ask(meant, kind=RequestKind.ERASURE, reason=reason, actor=actor)


@transaction.atomic
def withdraw(pk: int) -> PrivacyRequest:
    """Give up a request that has not begun. Raise DomainError once it has."""
    row = PrivacyRequest.objects.select_for_update().get(pk=pk)
    if row.state not in (RequestState.WAITING, RequestState.POSTPONED):
        raise DomainError(_("It has already begun and can no longer be withdrawn."))
    row.state, row.person, row.title, row.finished_at = RequestState.WITHDRAWN, None, None, timezone.now()
    row.save()
    return row


def can_try_again(row: PrivacyRequest) -> Eligibility:
    """Return whether the request was given up after MOST_FAULTS."""
    return ELIGIBLE if row.state == RequestState.FAILED else ineligible(_("It did not fail."))


@transaction.atomic
def try_again(pk: int) -> PrivacyRequest:
    """Have a request that failed go on where it stopped. Raise DomainError for any other, and what `can_erase` refuses
    with.
    """
    row = PrivacyRequest.objects.select_for_update().get(pk=pk)
    can_try_again(row).ensure()
    if row.kind == RequestKind.ERASURE and row.progress:
        # What is left goes by the e-mail too: the person may have ordered again since.
        person = read_person(row.person or {})
        can_erase(begin_person(emails=sorted(person.emails), rows=person.rows())).ensure()
    row.state, row.faults, row.problem, row.lease_until = RequestState.WAITING, 0, "", None
    row.save(update_fields=["state", "faults", "problem", "lease_until"])
    enqueue_soon_on_commit(WORK_REQUESTS, queue=JOBS_QUEUE)
    return row


def work_requests(*, seconds: float) -> int:
    """Work on what is due for about that long; return how many were worked on. Safe at any time, by anybody."""
    deadline, count = time.monotonic() + seconds, 0
    while time.monotonic() < deadline and (row := _claim()) is not None:
        _work(row)
        count += 1
    drop_copies()
    return count


def drop_copies() -> int:
    """Delete the files of copies after COPY_DAYS."""
    old = PrivacyRequest.objects.filter(stored_at__lt=timezone.now() - timedelta(days=COPY_DAYS)).exclude(path="")
    with transaction.atomic():
        rows = list(old.select_for_update(skip_locked=True)[:50])
        PrivacyRequest.objects.filter(pk__in=[row.pk for row in rows]).update(path="", stored_at=None)
        delete_files(row.path for row in rows)
    return len(rows)


def erase_now(row: PrivacyRequest, person: DataSubject, *, is_noted: bool = False) -> None:
    """Erase the person for this request, from where it stopped to its end. `is_noted`: the list outside has it."""
    if not is_noted:
        outside.note_outside(_for_outside(row, person))
    erasing.mark(person)
    with transaction.atomic():
        vendors.note_vendors(row, person)
    # All that is theirs, while it is there to be found: what one holder has lost leads to the rows of the next no more.
    collect(person)
    row.save(update_fields=_note_person(row, person))
    done = set(row.progress.get("done", ()))

    def progress(step: str) -> None:
        _note_step(row, person, step)

    for label, count in erasing.erase_linked(person, done=done, progress=progress).items():
        row.counts[label] = count
    given.erase_given(person, done=done, progress=progress)
    erasing.erase_named(person, done=done, progress=progress)
    erasing.follow_up(person)
    row.progress["files"] = newest_deletion()
    row.save(update_fields=["progress"])
    _finish_erasure(row, person)


@transaction.atomic
def _ask(meant: Meant, *, kind: RequestKind, reason: str, actor: str) -> PrivacyRequest:
    if not meant.emails and not meant.rows:
        text = _("No person is specified.")
        raise InvalidInput(text, errors={"emails": [text]})
    begun = DataSubject(emails={email.strip().lower() for email in meant.emails})
    for label, key in meant.rows:
        begun.keys[label].add(key)
    row = PrivacyRequest.objects.create(
        kind=kind,
        person=begun.as_json(),
        title=meant.title,
        hashes=sorted(map(hash_word, begun.emails)),
        reason=reason,
        created_by=actor,
    )
    enqueue_soon_on_commit(WORK_REQUESTS, queue=JOBS_QUEUE)
    return row


@transaction.atomic
def _claim() -> PrivacyRequest | None:
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=Now())
    due = PrivacyRequest.objects.filter(free, state__in=OPEN_REQUESTS).order_by("pk")
    row = due.select_for_update(skip_locked=True).first()
    if row is not None:
        row.state, row.lease_until = RequestState.RUNNING, timezone.now() + timedelta(seconds=LEASE_SECONDS)
        row.save(update_fields=["state", "lease_until"])
    return row


def _work(row: PrivacyRequest) -> None:
    before = len(row.progress.get("done", ()))
    try:
        (_copy if row.kind == RequestKind.EXPORT else _erase)(row)
    except (StoreAway, DomainError) as error:
        _put_off(row, error.text, minutes=5)
    except Exception as error:  # noqa: BLE001 - whatever it is, the next worker tries again
        # What the database says of a failing row names people: the log gets the place and the kind only.
        places = "".join(traceback.format_tb(error.__traceback__))
        # Only those in a row count: an erasure outlasts many tasks, each of which ends by an error once its time is up.
        has_gone_on = len(row.progress.get("done", ())) > before
        row.faults = 1 if has_gone_on else row.faults + 1
        if has_gone_on and isinstance(error, SoftTimeLimitExceeded):
            _put_off(row, "", minutes=0)
            return
        logger.error("Request %s about personal data: %s\n%s", row.pk, type(error).__name__, places)
        failed = row.faults >= MOST_FAULTS
        row.state = RequestState.FAILED if failed else RequestState.WAITING
        _put_off(row, _("Failed. The reason is in the log."), minutes=0 if failed else 1)


def _put_off(row: PrivacyRequest, problem: str, *, minutes: int) -> None:
    row.problem, row.lease_until = problem, timezone.now() + timedelta(minutes=minutes)
    row.save(update_fields=["problem", "lease_until", "faults", "state"])


def _copy(row: PrivacyRequest) -> None:
    begun = read_person(row.person or {})
    person = begin_person(
        emails=sorted(begun.emails), rows=[(label, key) for label in begun.keys for key in begun.keys[label]]
    )
    kept, row.counts = copying.make_copy(person)
    columns = note_kept(row, kept)
    # Who has no e-mail has numbers of orders: an erasure finds the copy by these.
    row.hashes = sorted(map(hash_word, person.emails | person.references))
    _end(row)
    row.save(update_fields=[*columns, *_ENDED, "counts", "hashes"])


def _erase(row: PrivacyRequest) -> None:
    person = read_person(row.person or {})
    if not row.progress:
        person = begin_person(emails=sorted(person.emails), rows=person.rows())
        if reasons := obstacles(person):
            row.state, row.problem = RequestState.POSTPONED, " ".join(reasons)
            row.lease_until = timezone.now() + LOOK_AGAIN
            row.save(update_fields=["state", "problem", "lease_until"])
            return
        row.person, row.progress = person.as_json(), {"done": []}
        row.save(update_fields=["person", "progress"])
    if "files" in row.progress:
        _finish_erasure(row, person)
    else:
        erase_now(row, person)


def _note_step(row: PrivacyRequest, person: DataSubject, step: str) -> None:
    """Note what is done, and what was learnt of the person by it, so that whoever goes on knows both."""
    row.progress.setdefault("done", []).append(step)
    row.lease_until = timezone.now() + timedelta(seconds=LEASE_SECONDS)
    row.save(update_fields=["progress", "lease_until", "counts", *_note_person(row, person)])


def _note_person(row: PrivacyRequest, person: DataSubject) -> list[str]:
    """Have the row know the person as they are known now; return what of it has to be saved."""
    known = person.as_json()
    if known == row.person:
        return []
    row.person = known
    return ["person"]


def _for_outside(row: PrivacyRequest, person: DataSubject) -> outside.Erasure:
    references = sorted({hash_word(word) for word in person.references})
    emails = sorted({hash_word(word) for word in person.emails})
    return outside.Erasure(str(row.key), timezone.now(), references, emails)


_ENDED = ("state", "person", "title", "reason", "problem", "lease_until", "finished_at", "progress")


def _finish_erasure(row: PrivacyRequest, person: DataSubject) -> None:
    """Have it done, once every file is gone that was to go by then: whose it was, nobody knows any more."""
    delete_due_files(seconds=FILE_SECONDS)
    if problem := why_undeleted(upto=row.progress["files"]):
        _put_off(row, problem, minutes=1)
        return
    with transaction.atomic():
        note_erased(person.references)
        row.reason = Scrubber(person).scrub(row.reason)
        _end(row)
        row.save(update_fields=[*_ENDED, "counts"])


def _end(row: PrivacyRequest) -> None:
    row.state, row.finished_at, row.lease_until = RequestState.DONE, timezone.now(), None
    row.person, row.title, row.problem, row.progress = None, None, "", {}
