"""Tags given to many orders and taken from them, and a note to all."""

from collections.abc import Sequence
from typing import ClassVar

from django.db import transaction
from django.utils.translation import gettext_lazy, ngettext_lazy

from backoffice.jobs.models import Job, JobRow
from backoffice.jobs.services.inputs import InputKind, JobInput
from backoffice.jobs.services.kinds import DONE, RowResult, job_kind
from backoffice.text.cleaning import trim
from backoffice.text.translatable import gettext as _
from orders.models import Order
from orders.services.annotations import LONGEST_NOTE, tag_order, write_note
from orders.services.jobs.kinds import OrderJob, order_of

_TAGS = JobInput("tags", gettext_lazy("Tags"), is_required=True, longest=800, help=gettext_lazy("Separated by commas"))


class _TagJob(OrderJob):
    can_undo = True
    inputs: ClassVar[Sequence[JobInput]] = (_TAGS,)

    @transaction.atomic
    def _retag(self, job: Job, row: JobRow, *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> RowResult:
        """Give and take tags; what is brought back is what really changed."""
        order = Order.objects.locked(order_of(row).pk)
        added = [tag for tag in add if tag not in order.tags]
        removed = [tag for tag in remove if tag in order.tags]
        if not (added or removed):
            return RowResult(skipped=_("No change needed."))
        kept = [tag for tag in order.tags if tag not in removed]
        tag_order(order, tags=[*kept, *added], actor=job.created_by)
        return RowResult(undo={"added": added, "removed": removed})

    def undo(self, job: Job, row: JobRow) -> RowResult:
        before = row.undo or {}
        return self._retag(job, row, add=before["removed"], remove=before["added"])


@job_kind("orders.tag")
class TagOrders(_TagJob):
    """Tags that an order has stay as they are."""

    label, icon = gettext_lazy("Tag …"), "sell"
    title = ngettext_lazy("Tag %(count)s order", "Tag %(count)s orders", "count")
    done = ngettext_lazy("%(count)s order tagged", "%(count)s orders tagged", "count")

    def apply(self, job: Job, row: JobRow) -> RowResult:
        return self._retag(job, row, add=_tags_of(job))


@job_kind("orders.untag")
class UntagOrders(_TagJob):
    """Other tags stay."""

    label, icon = gettext_lazy("Remove tags …"), "label_off"
    title = ngettext_lazy("Remove tags from %(count)s order", "Remove tags from %(count)s orders", "count")
    done = ngettext_lazy("Tags removed from %(count)s order", "Tags removed from %(count)s orders", "count")

    def apply(self, job: Job, row: JobRow) -> RowResult:
        return self._retag(job, row, remove=_tags_of(job))


@job_kind("orders.note")
class NoteOrders(OrderJob):
    """A comment in the timeline of each; it can be edited there, as any other."""

    label, icon = gettext_lazy("Add a comment …"), "chat_bubble"
    title = ngettext_lazy("Add a comment to %(count)s order", "Add a comment to %(count)s orders", "count")
    done = ngettext_lazy("Comment added to %(count)s order", "Comment added to %(count)s orders", "count")
    inputs = (
        JobInput("text", gettext_lazy("Comment"), InputKind.LONG, is_required=True, longest=LONGEST_NOTE,
                 help=gettext_lazy("Appears in the timeline of each order; @ mentions a colleague.")),
    )  # fmt: skip

    def apply(self, job: Job, row: JobRow) -> RowResult:
        write_note(order_of(row), note=job.inputs["text"], actor=job.created_by)
        return DONE


def _tags_of(job: Job) -> list[str]:
    return list(dict.fromkeys(tag for one in job.inputs["tags"].split(",") if (tag := trim(one))))
