"""What can be set, before the start and while the sandbox runs."""

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal


@dataclass(slots=True, kw_only=True)
class Client:
    """One account at mypromo with the roles its tokens may carry.

    `fulfiller` is the number of the fulfiller it is (see `catalog_words.FULFILLERS`), 0 for none.
    """

    client_id: str
    client_secret: str
    roles: tuple[str, ...] = ("MERCHANT",)
    fulfiller: int = 0


def default_clients() -> list[Client]:
    """Return a merchant, a fulfiller and one account that is both."""
    return [
        Client(client_id="1", client_secret="sandbox-merchant-secret"),
        Client(client_id="2", client_secret="sandbox-fulfiller-secret", roles=("FULFILLER",), fulfiller=1),
        Client(client_id="3", client_secret="sandbox-both-secret", roles=("MERCHANT", "FULFILLER"), fulfiller=2),
    ]


@dataclass(slots=True, kw_only=True)
class OptionSet:
    """Settings of a replayed vendor, which may be changed while it runs."""

    def change(self, **values: Any) -> None:
        """Set several options at once. Raises ValueError for unknown names or values of another type."""
        known = {f.name for f in fields(self)} - {"clients"}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"unknown setting: {name}")
            current = getattr(self, name)
            whole = isinstance(current, float) and type(value) is int
            if not whole and None not in (current, value) and type(value) is not type(current):
                raise ValueError(f"{name} has to be a {type(current).__name__}")
        for name, value in values.items():
            setattr(self, name, value)

    def as_dict(self) -> dict[str, Any]:
        """Return all settings by name."""
        return asdict(self)


@dataclass(slots=True, kw_only=True)
class Options(OptionSet):
    """Settings of the replayed mypromo; each may be changed at any time over `/_sandbox/settings`.

    Where mypromo's API document is silent or contradicts itself, the choice is an option here and the
    default is what the document's examples show.
    """

    clients: list[Client] = field(default_factory=default_clients)
    token_lifetime: int = 31_622_400  # seconds, as in the document's example
    rate_limit: int = 500  # requests per window and client; 0 switches the limit off
    rate_window: float = 60.0  # seconds
    maintenance: bool = False
    live: bool = False  # a live system refuses the fake flags

    # catalogue
    catalog_variants: int = 300
    catalog_seed: int = 1
    # Names and descriptions that try the pages: very long ones, right to left, markup that must not run.
    catalog_awkward: bool = True

    # lists
    # What pagination=false answers with; the examples of the document, which all ask so, have links and meta.
    unpaged: Literal["data", "with_meta", "bare"] = "with_meta"
    reference_filter: Literal["exact", "loose", "ignored"] = "exact"
    offset_from: bool = False  # read `from` as an offset instead of ignoring it
    page_cap: int = 0  # cap every list's page size; 0 = the documented limits only

    item_reference_least: int = 1  # characters; an address's reference has at least 2

    # verbs and codes on which sources disagree
    cancel_verb: str = "PATCH"
    submit_verb: str = "POST"
    stock_item_status: int = 200

    # batches of prices, stock and SEO texts, and the jobs that apply them
    merchant_price_names: list[str] = field(default_factory=lambda: ["retail_prices"])  # sources disagree: sales_prices
    ensure_one_sku: bool = False  # "not both", says the text; the examples send both, and `sku` wins
    price_digits: int = -1  # round written prices to so many decimals; -1 keeps them as they were sent
    job_hidden_seconds: float = 2.0  # how long a new job answers 404
    job_step_seconds: float = 1.0  # how long it is SCHEDULED, and then PROCESSING
    job_outcome: Literal["", "ERROR", "CANCELED"] = ""  # how jobs end as a whole; nothing of them is applied
    job_outcome_only: list[int] = field(default_factory=list)  # the jobs it is meant for, by number; empty: every one
    job_failing_entries: int = 0  # entries of each job, picked by chance, that are not applied
    job_failing_skus: list[str] = field(default_factory=list)  # SKUs that no job can change
    job_silent: bool = False  # send no callback
    job_success_word: str = "SUCCESS"  # the text spells it SUCCESSS
    queue_id_differs: bool = False  # PATCH answers a number that is not the job's
    report_format: Literal["xlsx", "csv"] = "xlsx"

    # designs
    editor_cname: str = ""  # base URL of the client's own editor address, ending in a slash; "" for none

    # life of an order, in seconds at speed 1
    step_seconds: float = 1.5
    production_delay: float = 2.0
    late_every: int = 20  # every n-th order ships late; 0 = only the SKUs made for it
    fetch_files: bool = False  # really download print files (loopback addresses only) unless preflight is faked

    # production
    delivery_seconds: float = 3.0  # from a reported parcel to its delivery
    client_id_is_word: bool = True  # the examples write the id of clients as the text "id"
    tracking_name: Literal["tracking_code", "tracking_id", "either"] = "tracking_code"  # what add_shipment reads
    tracking_reusable: bool = False  # an example shows one code on two parcels; other sources forbid it for 3 months

    # callbacks
    callback_url: str = ""  # for orders that bring no callback of their own
    callback_auth: dict[str, Any] | None = None
    fulfiller_callback_url: str = ""  # where fulfillers are told of their production orders
    fulfiller_callback_auth: dict[str, Any] | None = None
    callback_timeout: float = 10.0
    callback_drop: float = 0.0  # share of callbacks never sent
    callback_double: float = 0.0  # share sent twice
    callback_delay: float = 0.0  # seconds of sandbox time
    callback_shuffle: int = 0  # hold back this many, then send them in random order
    callback_before_answer: bool = False  # also on create and submit, and before the call is answered

    def as_dict(self) -> dict[str, Any]:
        """Return everything but the accounts' secrets."""
        values = OptionSet.as_dict(self)
        values["clients"] = [c.client_id for c in self.clients]
        return values
