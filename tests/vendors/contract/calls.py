"""Each ability as the calls that it consists of: what reads, what writes, and harmless arguments for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from backoffice.vendors import abilities
from backoffice.vendors.base import Vendor
from backoffice.vendors.batch_messages import (
    FulfillerPriceUpdate,
    SalesPriceUpdate,
    SearchTextUpdate,
    StockUpdate,
    SyncUpdate,
    TierUpdate,
)
from backoffice.vendors.card_messages import CardAddress, ConversionToReport, Mailing
from backoffice.vendors.production_messages import ShipmentToAdd
from tests.vendors.contract.profile import Profile

DAY, MOMENT = date(2026, 11, 1), datetime(2026, 11, 1, 12, tzinfo=UTC)
TIERS = (TierUpdate(quantity=1, price=Decimal("1.5")),)
CARD = CardAddress(
    firstname="Ada", lastname="Byron", address1="1 Main St", city="Boston", state_code="MA", zip5="02108"
)
MAILING = Mailing(postage="FirstClass", speed="Normal", hold_until=None, auto_bill=False)


@dataclass(frozen=True)
class Call:
    """One method. `has_shape`: an answer of another shape is noticed. `whole`: a list that is complete, or an error."""

    method: str
    writes: bool = False
    has_shape: bool = True
    whole: bool = False
    is_list: bool = False
    arguments: Sequence[Any] = ()
    named: Mapping[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> tuple[bool, bool]:
        return self.writes, self.has_shape

    def make(self, vendor: Any, profile: Profile, *, about: str = "") -> Any:
        """Make the call, and read a list to its end; `about` is the id of what it is about, instead of any."""
        positional, named = (about,) if about else self.arguments, self.named
        positional = [_given(value, profile) for value in positional]
        named = {name: _given(value, profile) for name, value in named.items()}
        found = getattr(vendor, self.method)(*positional, **named)
        return list(found) if self.is_list else found


@dataclass(frozen=True)
class Given:
    """An argument that the profile has."""

    name: str

    def __call__(self, profile: Profile) -> Any:
        match self.name:
            case "order":
                return profile.order("WEB-1")
            case "exports":
                return [profile.export(1)]
            case "link":
                return profile.link()
        return getattr(profile, self.name)


def _given(value: Any, profile: Profile) -> Any:
    return value(profile) if isinstance(value, Given) else value


def read(method: str, *arguments: Any, **named: Any) -> Call:
    return Call(method, arguments=arguments, named=named)


def write(method: str, *arguments: Any, **named: Any) -> Call:
    return Call(method, writes=True, arguments=arguments, named=named)


def blob(method: str, *arguments: Any, writes: bool = False) -> Call:
    """Return a file: bytes that nobody looks into."""
    return Call(method, writes=writes, has_shape=False, arguments=arguments)


def done(method: str, *arguments: Any) -> Call:
    """Check a write of which nothing is read: any 2xx will do."""
    return blob(method, *arguments, writes=True)


def listing(method: str, *arguments: Any, whole: bool = False, **named: Any) -> Call:
    return Call(method, is_list=True, whole=whole, arguments=arguments, named=named)


CALLS: dict[type[Vendor], tuple[Call, ...]] = {
    abilities.Vendor: (read("check"),),
    abilities.TakesOrders: (),
    abilities.ReportsOrders: (
        read("read_order", "1"),
        Call(
            "find_orders", is_list=True, whole=True, arguments=("WEB-1",), named={"since": DAY, "trust_filter": False}
        ),
        Call("list_orders", is_list=True, whole=True, named={"updated_from": DAY, "whole": True}),
        listing("order_changes", since=MOMENT),
    ),
    abilities.TakesDraftOrders: (
        write("create_order", Given("order")),
        write("add_line", "1", Given("line")),
        write("submit_order", "1"),
        write("cancel_order", "1"),
    ),
    abilities.TakesOrdersAtOnce: (write("place_order", Given("order")),),
    abilities.MakesDesigns: (
        write("create_design_user"),
        write("create_design", "SKU-1", user_hash="h", return_url="https://shop.example.com/{DESIGNID}"),
        read("read_design", "1"),
        write("submit_design", "1"),
        blob("read_preview", "1"),
    ),
    abilities.HasCatalogue: (listing("iter_products", language="EN", whole=True),),
    abilities.HasMarkets: (listing("iter_market", language="EN", currency="USD", whole=True),),
    abilities.HasReferenceData: (
        listing("countries", whole=True),
        listing("states", whole=True),
        listing("carriers", whole=True),
    ),
    abilities.ListsPrices: (listing("iter_prices", whole=True),),
    abilities.ListsStock: (listing("iter_stock", whole=True),),
    abilities.TakesChanges: (read("read_job", "1"), listing("list_jobs"), blob("fetch_report", Given("link"))),
    abilities.TakesSalesPrices: (
        write("update_sales_prices", [SalesPriceUpdate(sku="A", currency="EUR", tiers=TIERS)]),
    ),
    abilities.TakesFulfillerPrices: (
        write("update_fulfiller_prices", [FulfillerPriceUpdate(sku="A", currency="EUR", purchase=TIERS)]),
    ),
    abilities.TakesTexts: (
        listing("iter_search_texts", whole=True),
        write("update_search_texts", [SearchTextUpdate(sku="A", overwrites=None)]),
    ),
    abilities.TakesStock: (write("update_stock_fulfiller", [StockUpdate(sku="A", available=True)]),),
    abilities.TakesChannels: (write("update_sync", [SyncUpdate(sku="A", available=True)]),),
    abilities.HasRatings: (read("read_rating", group=Given("group")),),
    abilities.ExportsOrders: (write("export_orders", Given("exports"), group=Given("group")),),
    abilities.SendsCards: (
        read("card_templates"),
        write("create_cards", 1),
        done("delete_cards", "1"),
        read("read_cards", ["1"]),
        listing("list_drafts", whole=True),
        write("add_recipients", "1", [CARD]),
        listing("read_recipients", "1", whole=True),
        done("remove_recipients", "1", ["7"]),
        read("read_proof", "1"),
        read("price_cards", "1", MAILING),
        write("check_out_cards", "1", MAILING),
        read("read_results", ["1"]),
        read("read_deliveries", "1"),
        read("read_charges", ["1"]),
        write("report_conversions", [ConversionToReport(order_id="W-1", revenue=Decimal(1), at=MOMENT, buyer=CARD)]),
        read("read_conversion_upload", "1"),
    ),
    abilities.GivesProductionOrders: (
        listing("list_production_orders", updated_from=DAY),
        listing("production_changes", since=MOMENT),
        read("read_production_order", "1"),
        write("request_generic_label", "1"),
        write("add_shipment", "1", ShipmentToAdd(carrier="ups", tracking_code="1Z999")),
        blob("download", Given("link")),
        blob("download_label", Given("link"), writes=True),
    ),
    abilities.CallsUs: (),
    abilities.CallsSecretAddresses: (),
    abilities.ManagesWebhooks: (
        read("list_webhooks"),
        write("create_webhook", topic="t", url="https://backoffice.example.com/callbacks/x/"),
        read("read_webhook", "1"),
        done("delete_webhook", "1"),
    ),
}


def methods_of(ability: type[Vendor]) -> set[str]:
    """Return the methods that the ability adds and that ask the vendor: those of its instances."""
    return {
        name
        for name, value in vars(ability).items()
        if callable(value) and not name.startswith("_") and not isinstance(value, classmethod | staticmethod)
    }


def all_abilities() -> list[type[Vendor]]:
    """Return every protocol of the module, and what all vendors have."""
    found = [value for value in vars(abilities).values() if isinstance(value, type)]
    return [ability for ability in found if Vendor in ability.__mro__]
