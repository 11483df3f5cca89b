"""Pushes in the admin: the list, the page of one, the decision about an unknown outcome."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from backoffice.engine.admin.exchanges import compare
from backoffice.engine.admin.failures import failure_cards
from backoffice.engine.admin.outcome_context import outcome_context
from backoffice.engine.admin.push_context import push_context
from backoffice.engine.admin.push_list import PushList
from backoffice.engine.admin.unknown_errors import READ, unknown_errors
from backoffice.engine.models import Push, PushAttempt
from backoffice.engine.models.push import PushState
from backoffice.engine.services.pushes import decide_push, dismiss_push, enqueue_push, send_again
from backoffice.errors import DomainError, IllegalTransition, InvalidInput
from backoffice.staff.base import actor, refuse
from backoffice.staff.pages import PagesAdmin, View, act, find_or_404
from backoffice.staff.text_fields import posted_text
from backoffice.text.reasons import REASON_MAX, REASON_MIN
from backoffice.text.structs import Text
from backoffice.text.translatable import gettext as _

RESEND, DECIDE = "resend_push", "decide_push"


@admin.register(Push)
class PushAdmin(PagesAdmin):
    """What was or is to be sent to vendors: read here, acted upon by services, never typed in or deleted."""

    list_page = PushList

    def pages(self) -> list[tuple[str, str, View]]:
        return [
            ("failures/", "failures", self.failures),
            ("unknown-errors/", "unknown_errors", self.unknown_errors),
            ("<int:pk>/try-now/", "try_now", self.try_now),
            ("<int:pk>/send-again/", "send_again", self.send_again),
            ("<int:pk>/put-aside/", "put_aside", self.put_aside),
            ("<int:pk>/outcome/", "outcome", self.outcome),
            ("<int:pk>/compare/<int:earlier>/<int:later>/", "compare", self.compare),
        ]

    def failures(self, request: HttpRequest) -> HttpResponse:
        """Show what was refused, by cause."""
        self.require_view(request)
        return self.render(
            request,
            "engine/failures.html",
            title=_("Failures by cause"),
            cards=failure_cards(),
            may_resend=self.may(request, RESEND),
        )

    def unknown_errors(self, request: HttpRequest) -> HttpResponse:
        """Show what vendors wrote that the catalogue of errors does not know."""
        self.require_view(request)
        return self.render(
            request,
            "engine/unknown_errors.html",
            title=_("Unknown vendor errors"),
            lines=unknown_errors(request),
            read=READ,
        )

    def shown_rows(self, row: Push) -> list[QuerySet[Any]]:
        return [*super().shown_rows(row), PushAttempt.objects.filter(push=row)]

    def detail_view(self, request: HttpRequest, push: Push, **context: Any) -> HttpResponse:
        title = _("Outgoing request #%(number)s") % {"number": push.pk}
        return self._show(request, "engine/push.html", push, title=title, details=push_context(push), **context)

    def _show(self, request: HttpRequest, template: str, push: Push, **context: Any) -> HttpResponse:
        return self.render(
            request,
            template,
            push=push,
            original=push,
            may_resend=self.may(request, RESEND),
            may_decide=self.may(request, DECIDE),
            reason_min=REASON_MIN,
            reason_max=REASON_MAX,
            **context,
        )

    def try_now(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, RESEND)
        push = find_or_404(Push, pk)

        def do() -> str:
            enqueue_push(push, actor=actor(request))
            return _("It is being sent now; this page will show the result.")

        return act(request, do, to=_url(push))

    def send_again(self, request: HttpRequest, pk: int) -> HttpResponse:
        def do(push: Push, reason: str) -> tuple[Push, str]:
            follower = send_again(push, actor=actor(request), reason=reason)
            return follower, _("It is sent again as outgoing request #%(number)s.") % {"number": follower.pk}

        return self._with_reason(request, pk, do, form="send_again")

    def put_aside(self, request: HttpRequest, pk: int) -> HttpResponse:
        def do(push: Push, reason: str) -> tuple[Push, str]:
            dismiss_push(push, actor=actor(request), reason=reason)
            return push, _("Dismissed. It no longer needs attention.")

        return self._with_reason(request, pk, do, form="put_aside")

    def _with_reason(
        self, request: HttpRequest, pk: int, do: Callable[[Push, str], tuple[Push, str]], *, form: str
    ) -> HttpResponse:
        """Take a step that needs a reason; a missing one is asked for beside its field, with what was typed kept."""
        self.require(request, RESEND)
        push = find_or_404(Push, pk)
        if request.method != "POST":
            return HttpResponseRedirect(_url(push))
        try:
            shown, text = do(push, posted_text(request.POST, "reason", kind=Text.PARAGRAPH))
        except InvalidInput as error:
            typed = request.POST.get("reason", "")
            return self.detail_view(request, push, open_form=form, reason=typed, complaints=error.errors["reason"])
        except DomainError as error:
            return refuse(request, error, to=_url(push))
        messages.success(request, text)
        return HttpResponseRedirect(_url(shown))

    def outcome(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what we sent and what we know, and the two choices. Everybody who sees pushes may read it."""
        self.require_view(request)
        if request.method == "POST":
            self.require(request, DECIDE)
        push = find_or_404(Push, pk)
        if request.method == "POST":
            return self._decide(request, push)
        if push.state != PushState.UNKNOWN:
            messages.info(request, _("The outcome of this outgoing request is known by now."))
            return HttpResponseRedirect(_url(push))
        return self._ask(request, push)

    def _decide(self, request: HttpRequest, push: Push) -> HttpResponse:
        choice = request.POST.get("happened", "")
        try:
            if choice not in ("yes", "no") or request.POST.get("question") != question_of(push):
                # What the page showed is no longer what is asked: another step, or a response since.
                raise IllegalTransition(_("This has changed since you opened the page. Review it again."))
            reason = posted_text(request.POST, "reason", kind=Text.PARAGRAPH)
            shown = decide_push(push, happened=choice == "yes", actor=actor(request), reason=reason)
        except InvalidInput as error:
            typed = request.POST.get("reason", "")
            return self._ask(request, push, chosen=choice, reason=typed, complaints=error.errors["reason"])
        except DomainError as error:
            return refuse(request, error, to=_url(push))
        text = (
            _("Recorded: it arrived.")
            if choice == "yes"
            else _("Recorded: it did not arrive. Outgoing request #%d sends it.") % shown.pk
        )
        messages.success(request, text)
        return HttpResponseRedirect(_url(shown))

    def _ask(self, request: HttpRequest, push: Push, **context: Any) -> HttpResponse:
        return self._show(
            request,
            "engine/unknown_outcome.html",
            push,
            title=_("Did it arrive? Outgoing request #%(number)s") % {"number": push.pk},
            outcome=outcome_context(push),
            question=question_of(push),
            **context,
        )

    def compare(self, request: HttpRequest, pk: int, earlier: int, later: int) -> HttpResponse:
        self.require_view(request)
        push = find_or_404(Push, pk)
        attempts = PushAttempt.objects.filter(push=push).in_bulk([earlier, later])
        if len({earlier, later} & set(attempts)) != 2:
            raise Http404
        return self.render(
            request,
            "engine/push_compare.html",
            title=_("Two attempts of outgoing request #%(number)s") % {"number": push.pk},
            push=push,
            original=push,
            earlier=attempts[earlier],
            later=attempts[later],
            parts=compare(attempts[earlier], attempts[later]),
        )


def question_of(push: Push) -> str:
    """Return a name of the question that is open: a decision counts for this step at this time only."""
    return f"{push.step}@{push.unknown_since.isoformat() if push.unknown_since else ''}"


def _url(push: Push) -> str:
    return reverse("admin:engine_push_change", args=[push.pk])
