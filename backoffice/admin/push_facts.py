"""What the page of a push, and the page of its unknown outcome, tell."""

import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.admin.bodies import Body, show_text
from backoffice.admin.callback_list import CallbackRow, callback_rows
from backoffice.admin.chips import Chip
from backoffice.admin.exchanges import Exchange, exchanges
from backoffice.admin.machine_chips import kind_in_words, push_chip
from backoffice.admin.push_list import PushRow, push_rows
from backoffice.admin.subject_links import SubjectLink, about, keys_of, subject_links
from backoffice.models import Callback, Push, PushAttempt
from backoffice.models.push import PushState
from backoffice.services.handlers import PUSH_HANDLERS
from backoffice.services.reconcile import ABSENCES_NEEDED
from backoffice.templatetags.desk import money
from backoffice.vendors.registry import vendor_title

ATTEMPTS_SHOWN = 60
NEIGHBOURS_SHOWN = 10


@dataclass(frozen=True)
class PushFacts:
    """All that the page of a push shows; a fixed number of queries. `newest` is the latest of its generations."""

    push: Push
    kind: str
    chip: Chip
    subject: SubjectLink | None
    exchanges: list[Exchange]
    are_older_hidden: bool
    payload: Body
    newest: Push
    neighbours: list[PushRow]
    callbacks: list[CallbackRow]

    @property
    def situation(self) -> str:
        """In a sentence: where it stands and what happens next."""
        return situation(self.push, newest=self.newest)

    @property
    def may_try_now(self) -> bool:
        return self.push.state in (PushState.NEW, PushState.UNKNOWN)

    @property
    def may_send_again(self) -> bool:
        return self.push.state == PushState.FAILED and self.newest.pk == self.push.pk

    @property
    def may_put_aside(self) -> bool:
        return self.push.state == PushState.FAILED and self.push.needs_person

    @property
    def may_decide(self) -> bool:
        return self.push.state == PushState.UNKNOWN


def push_facts(push: Push) -> PushFacts:
    """Reads what the page needs beside the row."""
    attempts = list(push.attempt_rows.order_by("-pk")[: ATTEMPTS_SHOWN + 1])
    keys = keys_of(push)
    others = about(Push.objects.exclude(pk=push.pk).defer("payload", "follow_up"), {_key(push)})
    callbacks = about(Callback.objects.defer("body", "headers"), keys).order_by("-pk")[:NEIGHBOURS_SHOWN]
    return PushFacts(
        push=push,
        kind=kind_in_words(push.kind),
        chip=push_chip(push),
        subject=subject_links([push]).get(_key(push)),
        exchanges=exchanges(attempts[:ATTEMPTS_SHOWN][::-1]),
        are_older_hidden=len(attempts) > ATTEMPTS_SHOWN,
        payload=show_text(json.dumps(push.payload, ensure_ascii=False) if push.payload else ""),
        newest=_newest(push),
        neighbours=push_rows(list(others.order_by("-pk")[:NEIGHBOURS_SHOWN])),
        callbacks=callback_rows(list(callbacks)),
    )


def situation(push: Push, *, newest: Push) -> str:
    """Where a push stands and what happens next, in a sentence."""
    words: dict[str, Any] = {"vendor": vendor_title(push.vendor), "number": newest.pk, "name": push.decided_by}
    match push.state:
        case PushState.NEW if push.attempts:
            text = _("Certainly nothing was done at %(vendor)s so far. It is tried again by itself.")
        case PushState.NEW:
            text = _("Nothing has been sent yet; a worker takes it as soon as it is due.")
        case PushState.IN_FLIGHT:
            text = _("A worker is sending it right now; nothing can be done until it is back.")
        case PushState.CONFIRMED if push.decided_by:
            text = _("%(name)s decided that it happened at %(vendor)s. It is not sent again.")
        case PushState.CONFIRMED:
            text = _("%(vendor)s has confirmed it. Nothing more is sent.")
        case PushState.UNKNOWN if push.needs_person:
            text = _("It may or may not have happened at %(vendor)s, and searching has not settled it: decide.")
        case PushState.UNKNOWN:
            text = _("It may or may not have happened at %(vendor)s. We go on searching and send nothing meanwhile.")
        case _ if newest.pk != push.pk:
            text = _("It was followed by push #%(number)s, so this one cannot be sent again.")
        case _ if push.needs_person:
            text = _("%(vendor)s refused it. Mend the cause, then send it again, or put it aside.")
        case _:
            text = _("%(name)s has put it aside. It can still be sent again.")
    return text % words


@dataclass(frozen=True)
class OutcomeFacts:
    """What we sent and what we know of an unknown outcome. `request` is the last request of the step in question."""

    facts: PushFacts
    request: Exchange | None
    since: list[Exchange]
    is_settled: bool
    searches: str
    next_look: str
    if_happened: list[str]
    if_not: list[str]


def outcome_facts(push: Push) -> OutcomeFacts:
    """Reads what the page of an unknown outcome needs; the push must be one."""
    attempts = PushAttempt.objects.filter(push=push).order_by("-pk")
    began = push.unknown_since or push.updated_at
    # The write whose answer is missing began before its outcome became unknown; what came later is the search for it.
    writes = attempts.filter(~Q(method__in=["", "GET", "HEAD"]), step=push.step, started_at__lte=began)
    later = list(attempts.filter(started_at__gt=began)[:ATTEMPTS_SHOWN])[::-1]
    return OutcomeFacts(
        facts=push_facts(push),
        request=next(iter(exchanges(writes[:1])), None),
        since=exchanges(later),
        is_settled=bool(push.settles_at and push.settles_at <= timezone.now()),
        searches=_searches(push),
        next_look=_next_look(push),
        if_happened=_if_happened(push),
        if_not=_if_not(push),
    )


def _searches(push: Push) -> str:
    handler = PUSH_HANDLERS.get(push.kind)
    if handler is not None and not handler.can_look(push):
        text = _(
            "%(vendor)s cannot be searched: its callback may tell, else a person. Nothing is sent again by itself."
        )
        return text % {"vendor": push.vendor}
    words = ngettext(
        "%(looks)d search so far, %(absences)d of them proved that it is not there.",
        "%(looks)d searches so far, %(absences)d of them proved that it is not there.",
        push.looks,
    )
    needed = _("It is sent again by itself after %(needed)d such proofs, the last one after the settle time.")
    counts = {"looks": push.looks, "absences": push.absences, "needed": ABSENCES_NEEDED}
    return f"{words % counts} {needed % counts}"


def _next_look(push: Push) -> str:
    if push.needs_person:
        return _("It has been handed to a person; the search goes on meanwhile.")
    words = _("After %(hours)g hours without a proof it is handed to a person.")
    return words % {"hours": settings.PUSH_UNKNOWN_HOURS}


def _if_happened(push: Push) -> list[str]:
    handler = PUSH_HANDLERS.get(push.kind)
    words = {"vendor": vendor_title(push.vendor)}
    lines = [
        _("This step counts as done and is not sent again; what has to follow it goes on.") % words,
        _("If it did not happen after all, it stays undone at %(vendor)s until somebody notices.") % words,
    ]
    return lines + ([risk] if (risk := handler.risk(push) if handler else "") else [])


def _if_not(push: Push) -> list[str]:
    handler = PUSH_HANDLERS.get(push.kind)
    cost = handler.cost(push) if handler else None
    words = {"vendor": vendor_title(push.vendor), "cost": money(*cost) if cost else ""}
    lines = [_("A new push sends it to %(vendor)s again at once; this one is closed.") % words]
    if words["cost"]:
        lines.append(_("If it did happen after all, %(vendor)s does it twice and charges %(cost)s once more.") % words)
    else:
        lines.append(_("If it did happen after all, %(vendor)s does it twice and may charge for both.") % words)
    if risk := handler.risk(push) if handler else "":
        lines.append(risk)
    return lines


def _key(push: Push) -> tuple[str, int]:
    return push.subject_type, push.subject_id


def _newest(push: Push) -> Push:
    same = Push.objects.filter(
        vendor=push.vendor, kind=push.kind, subject_type=push.subject_type, subject_id=push.subject_id
    )
    return same.order_by("-generation").only("pk", "generation", "state")[0]
