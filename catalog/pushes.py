"""What the pushes of change sets mean; each handler is a door to a service."""

from django.utils.translation import gettext_lazy as _

from backoffice.models import Push
from backoffice.models.push import PushState
from backoffice.services.claims import Delivery
from backoffice.services.handlers import Finding, PushHandler, push_kind
from backoffice.translatable import gettext as _t
from backoffice.vendors.errors import VendorError
from catalog.models import ChangeSet, VendorJob
from catalog.services.pushing.comparing import compare_and_plan, note_failed_comparison
from catalog.services.pushing.sending import (
    STEP,
    lock_set_of,
    look_for_batch,
    note_refused_batch,
    send_batch,
    suppose_taken,
)
from catalog.services.pushing.starting import COMPARE, SEND, VERIFY
from catalog.services.pushing.verifying import verify


class ChangeSetHandler(PushHandler):
    """All pushes of change sets change rows of their set, which is locked first."""

    def lock(self, push: Push) -> None:
        lock_set_of(push)


@push_kind(COMPARE)
class Compare(ChangeSetHandler):
    """What the vendor holds is compared once more, then the batches are planned. Sends nothing itself."""

    title = _("Compare once more and plan batches")
    writes = False

    def deliver(self, delivery: Delivery) -> None:
        compare_and_plan(delivery)

    def rejected(self, push: Push, error: VendorError) -> None:
        note_failed_comparison(push, error)


@push_kind(SEND)
class SendBatch(ChangeSetHandler):
    """One batch of an approved change set is sent."""

    title = _("Send a batch of changes")

    def doubtful_step(self, push: Push) -> str:
        return STEP

    def if_sent_again(self, push: Push) -> list[str]:
        return [
            _t("The batch is sent again, if its change set is still approved."),
            _t("If it did happen after all, the same values are set twice, which changes nothing."),
        ]

    def deliver(self, delivery: Delivery) -> None:
        send_batch(delivery)

    def look(self, delivery: Delivery) -> Finding:
        return look_for_batch(delivery)

    def confirmed(self, push: Push) -> None:
        # Found by a look: there was no answer, so no number either.
        if push.state == PushState.UNKNOWN:
            suppose_taken(push)

    def rejected(self, push: Push, error: VendorError) -> None:
        note_refused_batch(push, error)

    def needs_person(self, push: Push) -> None:
        job = VendorJob.objects.select_related("change_set").get(pk=push.subject_id)
        job.change_set.note("changeset.needs_person", actor="system", batch=job.number)

    def decided(self, push: Push, *, happened: bool) -> None:
        if happened:
            suppose_taken(push)


@push_kind(VERIFY)
class Verify(ChangeSetHandler):
    """Reports are read, then every value is read back. Sends nothing."""

    title = _("Read back and compare")
    writes = False

    def deliver(self, delivery: Delivery) -> None:
        verify(delivery)

    def rejected(self, push: Push, error: VendorError) -> None:
        ChangeSet.objects.get(pk=push.subject_id).note("changeset.unread", actor="system", error=error.text)
