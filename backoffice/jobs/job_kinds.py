"""The jobs of outgoing requests that a vendor refused: sent again, or dismissed."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy, ngettext_lazy

from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services.handlers import PUSH_HANDLERS
from backoffice.engine.services.pushes import dismiss_push, reopen_push, send_again
from backoffice.engine.services.subjects import load_subjects
from backoffice.errors import Conflict
from backoffice.jobs.models import Job, JobRow
from backoffice.jobs.services.inputs import InputKind, JobInput
from backoffice.jobs.services.kinds import DONE, JobKind, RowPreview, RowResult, job_kind
from backoffice.text.reasons import REASON_MAX
from backoffice.text.translatable import gettext as _

_REASON = JobInput(
    "reason",
    gettext_lazy("Reason"),
    InputKind.LONG,
    is_required=True,
    longest=REASON_MAX,
    help=gettext_lazy("Recorded with each request, with your name."),
)


class _PushJob(JobKind):
    model, permission = Push, "engine.resend_push"
    names: ClassVar[tuple[Sequence[str], Sequence[str]]] = (
        ("pk",),
        ("kind", "subject_type", "subject_id", "cause"),
    )
    inputs: ClassVar[Sequence[JobInput]] = (_REASON,)
    is_common = True

    def describe(self, rows: Any) -> list[JobRow]:
        """Return the rows by what they are about, in one lookup for all of them."""
        rows = list(rows)
        things = load_subjects({(push.subject_type, push.subject_id) for push in rows})
        return [
            JobRow(
                subject_id=push.pk,
                label=f"#{push.pk}",
                detail=f"{_title(push)} · {things.get((push.subject_type, push.subject_id), '')}"[:200],
            )
            for push in rows
        ]


@job_kind("engine.send_again")
class SendPushesAgain(_PushJob):
    """Only the newest of its kind and subject is sent again."""

    label, icon = gettext_lazy("Send again …"), "replay"
    title = ngettext_lazy("Send %(count)s request again", "Send %(count)s requests again", "count")
    done = ngettext_lazy("%(count)s request sent again", "%(count)s requests sent again", "count")
    consequences = (gettext_lazy("Rejected requests are sent again, which may cause production and charges."),)

    def check(self, keys: Sequence[int]) -> Mapping[int, RowPreview]:
        rows = Push.objects.filter(pk__in=keys).defer("payload", "follow_up")
        return {push.pk: RowPreview("" if push.state == PushState.FAILED else _not_refused(push)) for push in rows}

    def apply(self, job: Job, row: JobRow) -> RowResult:
        push = _push_of(row)
        follower = send_again(push, actor=job.created_by, reason=job.inputs["reason"])
        return RowResult(text=_("Sent again as #%(number)s.") % {"number": follower.pk})


@job_kind("engine.dismiss")
class DismissPushes(_PushJob):
    """Undone where it was not sent again since."""

    label, icon, can_undo = gettext_lazy("Dismiss …"), "archive", True
    title = ngettext_lazy("Dismiss %(count)s request", "Dismiss %(count)s requests", "count")
    done = ngettext_lazy("%(count)s request dismissed", "%(count)s requests dismissed", "count")
    consequences = (gettext_lazy("They are not sent, and no longer need attention."),)

    def check(self, keys: Sequence[int]) -> Mapping[int, RowPreview]:
        rows = Push.objects.filter(pk__in=keys).defer("payload", "follow_up")
        return {push.pk: RowPreview(_not_waiting(push)) for push in rows}

    def apply(self, job: Job, row: JobRow) -> RowResult:
        dismiss_push(_push_of(row), actor=job.created_by, reason=job.inputs["reason"])
        return RowResult(undo={})

    def undo(self, job: Job, row: JobRow) -> RowResult:
        reopen_push(_push_of(row))
        return DONE


def _title(push: Push) -> str:
    handler = PUSH_HANDLERS.get(push.kind)
    return str(handler.title) if handler and handler.title else push.kind


def _push_of(row: JobRow) -> Push:
    push = Push.objects.filter(pk=row.subject_id).first()
    if push is None:
        raise Conflict(_("It no longer exists."))
    return push


def _not_refused(push: Push) -> str:
    return _("Only rejected requests can be sent again. Status: %(state)s.") % {"state": push.get_state_display()}


def _not_waiting(push: Push) -> str:
    if push.state != PushState.FAILED:
        return _("Only rejected requests can be dismissed. Status: %(state)s.") % {"state": push.get_state_display()}
    return "" if push.needs_attention else _("Already dealt with.")
