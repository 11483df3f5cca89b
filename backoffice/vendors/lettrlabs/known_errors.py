"""What LettrLabs answers when something is wrong: reason codes and messages of its published MCP description."""

from django.utils.translation import gettext_noop as _

from backoffice.vendors.known_errors import KnownError

KNOWN_ERRORS = (
    KnownError(
        field="DUPLICATE_RECIPIENT",
        pattern=r".*",
        text=_("LettrLabs has this recipient already."),
        remedy=_("Nothing to do: the recipient gets one card."),
        examples=(("DUPLICATE_RECIPIENT", "The recipient is in the order already."),),
    ),
    KnownError(
        field="ADDRESS_NOT_VALID",
        pattern=r".*",
        text=_("The US post office does not know this address."),
        remedy=_("Correct the address, or take the recipient out of the campaign."),
        examples=(("ADDRESS_NOT_VALID", "Address not found by USPS"),),
    ),
    KnownError(
        field="ORDER_NOT_DELETABLE_STATUS",
        pattern=r".*",
        text=_("LettrLabs no longer lets this order be deleted: it is paid or in production."),
        remedy=_("Let it be mailed, or call LettrLabs."),
        examples=(("ORDER_NOT_DELETABLE_STATUS", "An order with status Paid cannot be deleted."),),
    ),
    KnownError(
        pattern=r"Address not found by USPS\.?",
        text=_("The US post office does not know this address."),
        remedy=_("Correct the address, or take the recipient out of the campaign."),
        examples=("Address not found by USPS",),
    ),
    KnownError(
        pattern=r".*invalid status.*",
        text=_("The order is no longer a draft at LettrLabs, so it cannot be changed."),
        remedy=_("Read the campaign's state anew; make another campaign for what is still to be mailed."),
        examples=("Order 41 has an invalid status: Paid.", "invalid status"),
    ),
    KnownError(
        pattern=r"Template (?P<template>\d+) does not exist\.",
        text=_("LettrLabs no longer has the template %(template)s."),
        remedy=_("Choose another template for the campaign."),
        examples=("Template 12345 does not exist.",),
    ),
    KnownError(
        pattern=r"The order has no recipients\.",
        text=_("LettrLabs accepted none of the recipients."),
        remedy=_("Correct their addresses, or add others."),
        examples=("The order has no recipients.",),
    ),
    KnownError(
        pattern=r"(?:At most|LettrLabs takes at most) (?P<most>\d+) recipients.*",
        text=_("LettrLabs accepts at most %(most)s recipients at once."),
        remedy=_("Divide the campaign."),
        examples=("At most 1000 recipients are allowed.", "LettrLabs takes at most 1000 recipients at once."),
    ),
    KnownError(
        pattern=r"LettrLabs says that it has errors\.",
        text=_("LettrLabs refused the request and gave no reason."),
        remedy=_("Read on the outgoing request's page what was sent and what came back, or ask an administrator."),
        is_ours=True,
        examples=("LettrLabs says that it has errors.",),
    ),
    KnownError(
        pattern=r"LettrLabs (?:answered another thing than a list|lists .+ without end|names no price"
        r"|names a price that we cannot read|made an order and did not say which)\.",
        text=_("%(vendor)s sent an answer that we cannot read."),
        remedy=_("Read on the outgoing request's page what was sent and what came back, or ask an administrator."),
        is_ours=True,
        examples=(
            "LettrLabs answered another thing than a list.",
            "LettrLabs lists templates without end.",
            "LettrLabs names no price.",
            "LettrLabs names a price that we cannot read.",
            "LettrLabs made an order and did not say which.",
        ),
    ),
    KnownError(
        pattern=r"LettrLabs answers a proof that is no PDF(?:, or too large a one)?\.",
        text=_("The proof from LettrLabs is not a PDF, or is too large."),
        remedy=_("If this keeps happening, contact %(vendor)s."),
        is_ours=True,
        examples=(
            "LettrLabs answers a proof that is no PDF.",
            "LettrLabs answers a proof that is no PDF, or too large a one.",
        ),
    ),
)
