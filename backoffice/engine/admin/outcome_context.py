"""What the page of an unknown outcome shows: what left, what came back, what that means, and what either choice causes.

Whoever decides only by this page must never cause anything to be made, sent or announced twice. So where the vendor
cannot be searched and nothing is known, the page advises the choice that sends nothing.
"""

from dataclasses import dataclass
from typing import Any

from backoffice.amounts import money
from backoffice.engine.admin.exchanges import ExchangePanel, exchanges
from backoffice.engine.admin.push_context import ATTEMPTS_SHOWN, PushContext, push_context
from backoffice.engine.admin.recovery_texts import SEARCHED, recovery_of, what_goes_on, when_staff_are_asked
from backoffice.engine.models import Push, PushAttempt
from backoffice.engine.services.handlers import PUSH_HANDLERS, PushHandler, Recovery, handler_of
from backoffice.engine.services.pushes import is_settled
from backoffice.text.translatable import gettext as _
from backoffice.vendors.registry import vendor_title


@dataclass(frozen=True)
class OutcomeContext:
    """`request` is the last request of the step in question, `since` what happened after it.

    `advice` is what to do where one cannot find out; `is_yes_advised` marks the choice that it names.
    """

    push: PushContext
    request: ExchangePanel | None
    evidence: str
    since: list[ExchangePanel]
    is_settled: bool
    is_searched: bool
    goes_on: str
    asks_when: str
    find_out: str
    advice: str
    is_yes_advised: bool
    if_happened: list[str]
    if_not: list[str]


def outcome_context(push: Push) -> OutcomeContext:
    """Read what the page of an unknown outcome needs; the push must be one."""
    attempts = PushAttempt.objects.filter(push=push).order_by("-pk")
    began = push.unknown_since or push.updated_at
    # What is in question left before its outcome became unknown; what came later is the search for it.
    left = attempts.filter(has_effect=True, step=push.step, started_at__lte=began).first()
    later = list(attempts.filter(started_at__gt=began)[:ATTEMPTS_SHOWN])[::-1]
    handler: PushHandler[Any] = handler_of(push) if push.kind in PUSH_HANDLERS else PushHandler()
    is_yes_advised = _was_answered(left) or recovery_of(push) in (Recovery.PERSON, Recovery.CALLBACK)
    return OutcomeContext(
        push=push_context(push),
        request=exchanges([left])[0] if left else None,
        evidence=_evidence(push, left),
        since=exchanges(later),
        is_settled=is_settled(push),
        is_searched=recovery_of(push) in SEARCHED,
        goes_on=what_goes_on(push),
        asks_when=when_staff_are_asked(push),
        find_out=handler.how_to_find_out(push)
        or _("Check at %(vendor)s yourself before you decide, or contact them.")
        % {"vendor": vendor_title(push.vendor)},
        advice=_advice(push, is_yes_advised=is_yes_advised),
        is_yes_advised=is_yes_advised,
        if_happened=_if_happened(push, handler),
        if_not=_if_not(push, handler),
    )


def _was_answered(left: PushAttempt | None) -> bool:
    return left is not None and left.status is not None and 200 <= left.status < 300


def _evidence(push: Push, left: PushAttempt | None) -> str:
    """Return what the record shows about the request, in a sentence."""
    params = {"vendor": vendor_title(push.vendor), "status": left.status if left else 0}
    if left is None:
        text = _(
            "The worker stopped unexpectedly in this step before it could record anything: the request may have "
            "been sent, and %(vendor)s may have acted on it."
        )
    elif left.status is None:
        text = _("The request was sent, but no answer came: %(vendor)s may or may not have acted on it.")
    elif _was_answered(left) and left.error:
        text = _(
            "%(vendor)s answered with %(status)d, but the connection broke during the answer: it has acted on the "
            "request."
        )
    elif _was_answered(left):
        text = _("%(vendor)s answered with %(status)d, but the answer cannot be read: it has acted on the request.")
    elif left.status >= 500:
        text = _("%(vendor)s answered with a server error (%(status)d): it may or may not have acted on the request.")
    else:
        text = _("%(vendor)s answered with %(status)d, which does not show whether it acted on the request.")
    return text % params


def _advice(push: Push, *, is_yes_advised: bool) -> str:
    if is_yes_advised:
        return _("If you cannot find out, choose “Yes, it arrived”: then nothing is done twice.")
    if recovery_of(push) is Recovery.REPEAT:
        text = _("If you cannot find out, either choice is safe: %(vendor)s counts it once.")
        return text % {"vendor": vendor_title(push.vendor)}
    return _("If you cannot find out, wait: the search continues, and nothing is sent in the meantime.")


def _if_happened(push: Push, handler: PushHandler[Any]) -> list[str]:
    text = _("If it did not arrive after all, it stays undone at %(vendor)s until someone notices.")
    lines = handler.if_happened(push) or [
        _("This step counts as done and is not sent again; the next steps follow."),
        text % {"vendor": vendor_title(push.vendor)},
    ]
    return lines + ([risk] if (risk := handler.risk(push)) else [])


def _if_not(push: Push, handler: PushHandler[Any]) -> list[str]:
    if lines := handler.if_sent_again(push):
        return lines
    params = {"vendor": vendor_title(push.vendor)}
    again = _("A new outgoing request sends it to %(vendor)s again immediately; this one is closed.") % params
    if recovery_of(push) is Recovery.REPEAT:
        return [again, _("If it did arrive after all, %(vendor)s counts it once.") % params]
    if cost := handler.cost(push):
        params["cost"] = money(*cost)
        text = _("If it did arrive after all, %(vendor)s does it twice and charges %(cost)s again.")
    else:
        text = _("If it did arrive after all, %(vendor)s does it twice and may charge for both.")
    return [again, text % params] + ([risk] if (risk := handler.risk(push)) else [])
