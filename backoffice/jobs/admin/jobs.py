"""Jobs in the admin: begun from a list, looked at before, followed, stopped, undone, found again."""

import logging
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    JsonResponse,
    QueryDict,
)
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import format_html

from backoffice.engine.services.files import open_file
from backoffice.errors import DomainError, Errors, InvalidInput
from backoffice.files.types import PDF
from backoffice.jobs.admin.inputs import read_inputs
from backoffice.jobs.admin.job_list import JobList, job_title
from backoffice.jobs.admin.job_page import job_page
from backoffice.jobs.admin.previews import PREVIEWS
from backoffice.jobs.admin.selection import MOST_COUNTED, list_of, list_url, narrowing, selected_rows
from backoffice.jobs.models import Job, JobState
from backoffice.jobs.services.control import continue_job, dismiss_job, stop_job
from backoffice.jobs.services.counting import progress_of
from backoffice.jobs.services.drafting import draft_job, enqueue_job, repeat_failed, start_job, undo_job
from backoffice.jobs.services.kinds import JOB_KINDS, JobKind, kind_of
from backoffice.jobs.services.working import work_job
from backoffice.sight import PERSONAL_DATA, require_sight
from backoffice.staff.base import actor, refuse
from backoffice.staff.marks import back_to
from backoffice.staff.pages import PagesAdmin, View, act, find_or_404
from backoffice.text.translatable import gettext as _
from backoffice.visibility import visible
from backoffice.web.file_answers import file_response, streamed

logger = logging.getLogger(__name__)
# What is no more than this is done while its reader waits; all else is worked on in the background.
CHECKED_WHILE_WAITING, DONE_WHILE_WAITING = 200, 50
SECONDS = 5


@admin.register(Job)
class JobAdmin(PagesAdmin):
    """Jobs are made from lists and controlled by services, never typed in or deleted."""

    list_page = JobList

    def pages(self) -> list[tuple[str, str, View]]:
        return [
            ("begin/", "begin", self.begin),
            ("found/", "found", self.found),
            ("change/<uuid:change>/", "of_change", self.of_change),
            ("<int:pk>/run/", "run", self.run),
            ("<int:pk>/stop/", "stop", self.stop),
            ("<int:pk>/go-on/", "go_on", self.go_on),
            ("<int:pk>/undo/", "undo", self.undo),
            ("<int:pk>/again/", "again", self.again),
            ("<int:pk>/dismiss/", "dismiss", self.dismiss),
            ("<int:pk>/file/", "file", self.file),
        ]

    def detail_view(
        self, request: HttpRequest, job: Job, *, errors: Errors | None = None, values: dict[str, Any] | None = None
    ) -> HttpResponse:
        kind = self._kind(request, job)
        page = job_page(job, kind, request.GET, errors=errors, values=values)
        return self.render(
            request,
            "jobs/job.html",
            title=page.title,
            page=page,
            job=job,
            may_act=kind.may_be_used(request.user.has_perm),
        )

    def begin(self, request: HttpRequest) -> HttpResponse:
        """Make a job of the marked rows, or of all that the list has found, and show its preview."""
        self.require_view(request)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        kind = JOB_KINDS.get(request.POST.get("kind", ""))
        if kind is None or not kind.may_be_used(request.user.has_perm):
            raise PermissionDenied
        things, query = selected_rows(request, kind.model)
        try:
            job = draft_job(kind, things, actor=actor(request), query=query)
        except DomainError as error:
            return refuse(request, error, to=back_to(request, list_url(kind.model)))
        return self._check(job)

    def _check(self, job: Job) -> HttpResponse:
        if job.total > CHECKED_WHILE_WAITING or work_job(job.pk, seconds=SECONDS):
            enqueue_job(job)
        return HttpResponseRedirect(_url(job))

    def found(self, request: HttpRequest) -> HttpResponse:
        """Return how many rows the filters of a list find, as the text of the button that selects all of them."""
        self.require_view(request)
        query = narrowing(request.GET)
        labels = {kind.model._meta.label_lower: kind.model for kind in JOB_KINDS.values()}
        model = labels.get(query.pop("list", [""])[0])
        if model is None:
            raise Http404
        rows = list_of(request, model, query=query).get_queryset()
        count = rows.order_by("-pk").values("pk")[:MOST_COUNTED].count()
        number = number_format(count, force_grouping=True)
        return JsonResponse(
            {"count": count, "select": _("Select all %(count)s results") % {"count": number}, "selected": number}
        )

    def of_change(self, request: HttpRequest, change: UUID) -> HttpResponse:
        """Show the job that wrote a line of a timeline."""
        self.require_view(request)
        job = visible(Job.objects.filter(change=change)).first()
        if job is None:
            messages.info(request, _("This job has been deleted: jobs are kept for a limited time only."))
            return HttpResponseRedirect(reverse("admin:jobs_job_changelist"))
        return HttpResponseRedirect(_url(job))

    def run(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Start what the preview shows; with `save` what was typed into it is only kept."""
        job, kind = self._controlled(request, pk)
        if request.method != "POST":
            return HttpResponseRedirect(_url(job))
        try:
            if job.kind in PREVIEWS:
                PREVIEWS[job.kind].save(job, request.POST)
            if (place := request.POST.get("save")) is not None:
                return HttpResponseRedirect(f"{_url(job)}?after={place}" if place.isdecimal() else _url(job))
            job = start_job(job, inputs=read_inputs(kind.inputs, request.POST), actor=actor(request))
        except InvalidInput as error:
            return self.detail_view(request, job, errors=error.errors, values=request.POST.dict())
        except DomainError as error:
            return refuse(request, error, to=_url(job))
        return self._work(request, job, kind)

    def _work(self, request: HttpRequest, job: Job, kind: JobKind) -> HttpResponse:
        """Do a few rows at once and go back to the list; of many, and where any failed, show the job."""
        if progress_of(job).ready > DONE_WHILE_WAITING or work_job(job.pk, seconds=SECONDS):
            enqueue_job(job)
            return HttpResponseRedirect(_url(job))
        job.refresh_from_db()
        if job.state != JobState.DONE or job.needs_attention:
            return HttpResponseRedirect(_url(job))
        words = _("Details and undo") if kind.can_undo and not job.undoes_id else _("Details")
        text = format_html('{} <a href="{}">{}</a>', job_title(job, job.counts), _url(job), words)
        messages.success(request, text)
        return HttpResponseRedirect(_list_url(job, kind))

    def stop(self, request: HttpRequest, pk: int) -> HttpResponse:
        def do(job: Job) -> str:
            stop_job(job, actor=actor(request))
            return _("Stopped. What has been done is kept.")

        return self._act(request, pk, do)

    def go_on(self, request: HttpRequest, pk: int) -> HttpResponse:
        def do(job: Job) -> str:
            continue_job(job)
            return _("The job continues.")

        return self._act(request, pk, do)

    def dismiss(self, request: HttpRequest, pk: int) -> HttpResponse:
        def do(job: Job) -> str:
            dismiss_job(job)
            return _("Dismissed.")

        return self._act(request, pk, do)

    def _act(self, request: HttpRequest, pk: int, do: Callable[[Job], str]) -> HttpResponse:
        job, _kind = self._controlled(request, pk)
        return act(request, lambda: do(job), to=_url(job))

    def undo(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Bring back what was before the job."""
        job, kind = self._controlled(request, pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            made = undo_job(job, actor=actor(request))
        except DomainError as error:
            return refuse(request, error, to=_url(job))
        return self._work(request, made, kind)

    def again(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make a job of the rows that failed."""
        job, _kind = self._controlled(request, pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            return self._check(repeat_failed(job, actor=actor(request)))
        except DomainError as error:
            return refuse(request, error, to=_url(job))

    def file(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Give out the file that the job made, to who may have it made."""
        job, kind = self._controlled(request, pk)
        try:
            file = open_file(job)
        except FileNotFoundError:
            messages.error(request, _("The file has been deleted. Create it again."))
            return HttpResponseRedirect(_url(job))
        name = f"{kind.model._meta.model_name}s-{job.pk}"
        if job.content_type != PDF and job.created_by != actor(request):
            # A table holds what whoever made it may see.
            require_sight(PERSONAL_DATA)
        if job.content_type == PDF:
            return file_response(file, content_type=PDF, name=name)
        answer = streamed(file, as_attachment=True, filename=f"{name}.{job.path.rpartition('.')[2]}")
        answer["X-Content-Type-Options"], answer["Cache-Control"] = "nosniff", "private, no-store"
        return answer

    def _kind(self, request: HttpRequest, job: Job) -> JobKind:
        """Return what the job means. Raise PermissionDenied unless the reader may see what it is about."""
        kind = kind_of(job)
        if kind is None:
            raise Http404
        list_of(request, kind.model, query=QueryDict())
        return kind

    def _controlled(self, request: HttpRequest, pk: int) -> tuple[Job, JobKind]:
        """Return a job that the reader may control. Raise PermissionDenied or Http404."""
        self.require_view(request)
        job = find_or_404(Job, pk)
        kind = self._kind(request, job)
        if not kind.may_be_used(request.user.has_perm):
            raise PermissionDenied
        return job, kind


def _url(job: Job) -> str:
    return reverse("admin:jobs_job_change", args=[job.pk])


def _list_url(job: Job, kind: JobKind) -> str:
    """Return the list that the job was made from, as it was filtered."""
    first = job.undoes or job
    return reverse(list_url(kind.model)) + (f"?{first.query}" if first.query else "")
