"""Callbacks in the admin: the list, the page of one, replay."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import ngettext

from backoffice.engine.admin.bodies import show_bytes
from backoffice.engine.admin.callback_list import CallbackList, callback_rows
from backoffice.engine.models import Callback
from backoffice.engine.models.callback import CallbackState
from backoffice.engine.services.callbacks import replay_callbacks
from backoffice.errors import InvalidInput
from backoffice.files.types import UNKNOWN
from backoffice.masking import mask_bytes
from backoffice.staff.marks import back_to, marked_keys
from backoffice.staff.pages import PagesAdmin, View, act, find_or_404
from backoffice.text.translatable import gettext as _
from backoffice.web.file_answers import file_response

REPLAY = "replay_callback"


@admin.register(Callback)
class CallbackAdmin(PagesAdmin):
    """Callbacks as they came. One can be worked off again at will: what is known already changes nothing."""

    list_page = CallbackList

    def pages(self) -> list[tuple[str, str, View]]:
        return [
            ("replay/", "replay_many", self.replay_many),
            ("<int:pk>/replay/", "replay", self.replay),
            ("<int:pk>/body/", "body", self.body),
        ]

    def detail_view(self, request: HttpRequest, callback: Callback) -> HttpResponse:
        body = mask_bytes(bytes(callback.body))
        return self.render(
            request,
            "engine/callback.html",
            title=_("Callback #%(number)s") % {"number": callback.pk},
            callback=callback,
            original=callback,
            row=callback_rows([callback])[0],
            body=show_bytes(body),
            is_masked=body != bytes(callback.body),
            meaning=_MEANINGS[CallbackState(callback.state)](),
            may_replay=self.may(request, REPLAY),
        )

    def replay(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, REPLAY)
        callback = find_or_404(Callback, pk)

        def do() -> str:
            replay_callbacks(Callback.objects.filter(pk=callback.pk))
            return _("It is worked off once more. Reload in a moment to see what came of it.")

        return act(request, do, to=reverse("admin:engine_callback_change", args=[pk]))

    def replay_many(self, request: HttpRequest) -> HttpResponse:
        self.require(request, REPLAY)
        keys = marked_keys(request.POST, "callback")

        def do() -> str:
            if not keys:
                text = _("Nothing was marked.")
                raise InvalidInput(text, errors={"callback": [text]})
            count = replay_callbacks(Callback.objects.filter(pk__in=keys))
            text = ngettext("%d callback is worked off once more.", "%d callbacks are worked off once more.", count)
            return text % count

        return act(request, do, to=back_to(request, "admin:engine_callback_changelist"))

    def body(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Download the body, secrets masked: never as anything that a browser would show or run."""
        self.require_view(request)
        callback = find_or_404(Callback, pk)
        return file_response(mask_bytes(bytes(callback.body)), content_type=UNKNOWN, name=f"callback-{pk}")


_MEANINGS = {
    CallbackState.NEW: lambda: _("It is stored and waits for a worker."),
    CallbackState.APPLIED: lambda: _("What it says was new, and is applied."),
    CallbackState.KNOWN: lambda: _("It says nothing that was not known already; nothing was changed."),
    CallbackState.STALE: lambda: _("It is older than what is known; nothing was changed."),
    CallbackState.ORPHAN: lambda: _("What it is about is not known here. It is tried again for a while, then waits."),
    CallbackState.INVALID: lambda: _("It cannot be read. After the cause is mended it can be replayed."),
    CallbackState.QUARANTINED: lambda: _("It failed in our own code time and again. Replay it once that is mended."),
}
