"""What the suite has to know of one vendor: how to point it at a server, what a valid order is, where it differs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from backoffice.sandbox import Sandbox
from backoffice.vendors.base import CallbackRequest
from backoffice.vendors.export_messages import OrderToExport
from backoffice.vendors.messages import LineToPlace, OrderToPlace


@dataclass(frozen=True, kw_only=True)
class Profile:
    """`tests/vendors/<vendor>/contract.py` has one for each name in the registry: `PROFILES`.

    What no ability of the vendor needs is left out.
    """

    # The settings with which it speaks to a server at this address, credentials included.
    settings: Callable[[str], Mapping[str, Any]]
    # What must be in no record and no error.
    secrets: Sequence[str]
    # Its address in a running sandbox, given to `settings`.
    url: Callable[[Sandbox], str]
    # Every error that its documents show: the text, or a field and the text.
    documented_errors: Sequence[str | tuple[str, str]]
    # Its name in the sandbox, by which faults find it.
    app: str
    # (method, fault) -> why this vendor means something else by it. One that is not needed fails.
    differs: Mapping[tuple[str, str], str] = field(default_factory=dict)
    # Methods that are no ability -> why they are there all the same.
    beside: Mapping[str, str] = field(default_factory=dict)
    # A link of its own below its address, as they stand in its answers.
    link: Callable[[], str] = lambda: ""
    # Whether its documents say that a 503 means "not processed".
    documented_503: bool = False
    # Whether its documents say that a 403 means that our client lacks a role.
    documented_403: bool = False

    # Taking orders: one that it takes under this reference, and that the sandbox makes; its line.
    order: Callable[[str], OrderToPlace] | None = None
    line: LineToPlace | None = None
    # Exporting orders: the same by number, the group to give, and how often the sandbox acted upon an order's id.
    export: Callable[[int], OrderToExport] | None = None
    group: str = ""
    acted_upon: Callable[[Sandbox, str], int] | None = None

    # Lists: have so many rows on a page at most, so that there are several; the body of an empty one. `fill` makes
    # what there has to be in the sandbox, and answers the id of what `read_recipients` is to be asked about.
    shorten_pages: Callable[[Sandbox, int], None] = lambda sandbox, rows: None
    empty_page: str = "{}"
    fill: Callable[[Sandbox, Any], str | None] = lambda sandbox, vendor: None

    # Sending cards: a design that the sandbox has.
    template: int = 1

    # Callbacks: by topic, requests that the vendor would send, each proved by another of the secrets in force.
    callbacks: Callable[[str], Sequence[CallbackRequest]] = lambda topic: ()
    # Whether a body shows which topic it is about, whatever address it came to.
    callbacks_name_their_topic: bool = False
