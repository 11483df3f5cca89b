"""Where marketing takes part in the way of an order."""

from collections.abc import Mapping
from typing import Any

from orders.marketing.models import Consent
from orders.marketing.services.campaigns.reconciling import compare_cards
from orders.marketing.services.exports.requesting import note_correction
from orders.services.hooks import describe_event, on_correction, on_reconcile


def _export_labels(params: Mapping[str, Any]) -> dict[str, str]:
    """Return which consent was withdrawn."""
    consent = params.get("consent")
    return {"consent": str(Consent(consent).label)} if consent in Consent.values else {}


on_correction.append(note_correction)
on_reconcile.append(compare_cards)
describe_event.append(_export_labels)
