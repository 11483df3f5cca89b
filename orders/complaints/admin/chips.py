"""Chips of complaints."""

from backoffice.states import Chip, Tone
from backoffice.text.translatable import gettext as _
from orders.complaints.models import ClaimState, Complaint, ComplaintCause, ComplaintState


def cause_chip(complaint: Complaint) -> Chip:
    return ComplaintCause(complaint.cause).chip()


def case_chips(complaint: Complaint) -> list[Chip]:
    """Return how far it is, and its claim where there is one."""
    chips = [ComplaintState(complaint.state).chip()]
    if complaint.is_past_deadline:
        chips.append(Chip(Tone.RED, "event_busy", _("deadline missed")))
    elif complaint.claim != ClaimState.NONE and complaint.state != ComplaintState.WITHDRAWN:
        chips.append(ClaimState(complaint.claim).chip())
    return chips
