"""What can be set of the replayed LettrLabs."""

from dataclasses import dataclass, field
from typing import Literal

from backoffice.sandbox.options import OptionSet


@dataclass(slots=True, kw_only=True)
class LettrlabsOptions(OptionSet):
    """Each may be changed at any time over `/_sandbox/lettrlabs/settings`.

    Where LettrLabs' documents are silent or contradict each other, the choice is an option here and the default is what
    their newer description shows.
    """

    api_key: str = "LL-API-sandbox"
    bare_refusal: bool = True  # a 401 is a bare text, not the envelope
    templates_listed: bool = True  # False: GET v1/templates is a 404, as their page says
    accepted_name: Literal["acceptedRecipients", "totalRecipients"] = "acceptedRecipients"
    name_undeliverable: bool = True  # False: who is left out is not named
    recipients_taken: Literal["object", "array"] = "object"  # array: as their page shows it; the other one is a 400
    recipients_put: Literal["append", "replace"] = "append"  # replace: as their page may mean by "attach (or replace)"
    checkout_body: Literal["wanted", "refused"] = "wanted"  # refused: as their page, which sends none
    recipients_shape: Literal["flat", "nested"] = "nested"  # as they are read back; in the list of orders always flat
    spell_addresses: bool = False  # write addresses as a post office would: upper case, ST for Street
    list_shows_creation: bool = True  # `createdDate` in the list of orders, which no document shows
    proof_as: Literal["envelope", "json", "text", "pdf"] = "envelope"

    # money, in US dollars
    card_price: str = "2.80"
    first_class_price: str = "0.45"
    faster_price: str = "0.50"
    fastest_price: str = "0.95"
    tax_percent: str = "0"
    prepaid_balance: str = "10000.00"
    payment: Literal["succeeds", "fails", "never"] = "succeeds"
    poll_after_seconds: int = 5
    settle_seconds: float = 3.0  # until a payment is settled, in seconds at speed 1
    settlement_expected_seconds: int = 30

    # life of a paid order, in seconds at speed 1
    step_seconds: float = 2.0
    delivery_seconds: float = 4.0  # for each step of a card's way
    undeliverable_every: int = 25  # every n-th card comes back; 0 = none
    scan_every: int = 4  # every n-th card's code is scanned after delivery; 0 = none
    bad_zips: list[str] = field(default_factory=lambda: ["00000", "99999"])  # ZIP codes that no post office knows
