"""An order as a storefront sends it. These structs are checked when a request is read and make up its documentation.

Only what cannot be kept at all is refused here: wrong types, missing parts, texts wider than our columns. Limits of
vendors and of the catalogue are the pre-flight's, so that an order may also be taken and held.
"""

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from backoffice.text.datetimes import in_utc
from backoffice.text.regions import address_codes, country_code
from backoffice.text.structs import Input, Quantity, Text

# Texts rather than numbers: readers of JSON numbers round.
Total = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{1,10}(\.[0-9]{1,3})?$",
        description="Gross amount, with at most the decimal places of its currency: 189.00 EUR, 1999 JPY, 12.345 KWD",
    ),
]
Amount = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{1,10}(\.[0-9]{1,3})?$",
        description="With at most the decimal places of its currency: 4.90 EUR, 490 JPY",
    ),
]
SignedAmount = Annotated[
    str, Meta(pattern=r"^-?[0-9]{1,10}(\.[0-9]{1,3})?$", description="Less than nothing too: -0.02")
]
UnitPrice = Annotated[str, Meta(pattern=r"^[0-9]{1,8}(\.[0-9]{1,4})?$", description="Net per unit, e.g. 1.29")]
TaxPercent = Annotated[str, Meta(pattern=r"^[0-9]{1,2}(\.[0-9]{1,2})?$", description="Percent, e.g. 19 or 5.5")]
Currency = Annotated[str, Meta(pattern="^[A-Z]{3}$", description="ISO 4217")]
Timestamp = Annotated[datetime, Meta(tz=True)]
Reference = Annotated[str, Meta(min_length=1, max_length=50), Text.CODE]
DesignId = Annotated[int, Meta(ge=1, le=10**15)] | Annotated[str, Meta(min_length=1, max_length=64), Text.CODE]
OrderId = Annotated[int, Meta(ge=1, le=10**15)]
Url = Annotated[str, Meta(min_length=1, max_length=2048), Text.URL]
Secret = Annotated[str, Meta(max_length=1000), Text.EXACT]
Code64 = Annotated[str, Meta(max_length=64), Text.CODE]
Code100 = Annotated[str, Meta(max_length=100), Text.CODE]
Code200 = Annotated[str, Meta(max_length=200), Text.CODE]
Email = Annotated[str, Meta(max_length=255), Text.CODE]
Part50 = Annotated[str, Meta(max_length=50), Text.PART]
Part100 = Annotated[str, Meta(max_length=100), Text.PART]
Part200 = Annotated[str, Meta(max_length=200), Text.PART]
# Our own limits: no vendor names any. What a customer wants engraved may have several lines.
CustomProperties = Annotated[
    dict[Annotated[str, Meta(max_length=255)], Annotated[str, Meta(max_length=255), Text.PARAGRAPH]],
    Meta(max_length=50, description="At most 50."),
]


class BasicAuth(Input, kw_only=True):
    """Name and password."""

    username: Secret
    password: Secret


class Auth(Input, kw_only=True):
    """How a file is fetched: by `basic` or by the value of an Authorization `header`. Never given back."""

    basic: BasicAuth | None = None
    header: Secret | None = None

    def __post_init__(self) -> None:
        if (self.basic is None) == (self.header is None):
            raise ValueError("Give either basic or header")


class PrintFile(Input, kw_only=True):
    """A file that is printed: `url` on a public host, by https or sftp, reachable for some days; or `file_id`, given
    to us before.
    """

    url: Url | None = None
    file_id: Code64 | None = None
    type: Code64 | None = None
    auth: Auth | None = None

    def __post_init__(self) -> None:
        if (self.url is None) == (self.file_id is None):
            raise ValueError("Give either url or file_id")
        if self.file_id is not None and self.auth is not None:
            raise ValueError("Credentials belong to a url")


class NewDocument(Input, kw_only=True):
    """A delivery slip or label that we supply."""

    kind: Literal["delivery_slip", "label"]
    url: Url
    carrier: Code64 | None = None
    tracking_code: Code200 | None = None
    auth: Auth | None = None


class NewCustoms(Input, kw_only=True):
    """What customs want to know of a line."""

    description: Part200
    number: Part50
    origin: Annotated[str, Meta(max_length=3, description="ISO 3166-1, two or three letters"), Text.CODE]
    currency: Currency
    amount: UnitPrice

    def __post_init__(self) -> None:
        self.origin = country_code(self.origin) or self.origin.upper()


class NewLine(Input, kw_only=True):
    """One thing bought: a SKU (with print files when it is personalised), a design, or a custom product."""

    sku: Code100 | None = None
    design_id: Annotated[
        DesignId | None,
        Meta(description="The id of a submitted design of the shop, or one of the vendor's that we do not know."),
    ] = None
    custom_product: Annotated[Code64 | None, Meta(description="The external_id of a custom product of the shop.")] = (
        None
    )
    quantity: Quantity
    unit_price: UnitPrice
    tax_percent: Annotated[TaxPercent | None, Meta(description="Left out: the shop's.")] = None
    reference: Annotated[Reference | None, Meta(description="Unique in the order; the position when left out.")] = None
    name: Annotated[str, Meta(max_length=500)] | None = None
    files: Annotated[list[PrintFile], Meta(max_length=20)] = []
    customs: NewCustoms | None = None
    custom_properties: CustomProperties = {}


class NewTax(Input, kw_only=True):
    """A tax of the order. `net` is what it is on: with a percentage it is checked against the amount."""

    name: Part100 | None = None
    percent: TaxPercent | None = None
    net: Amount | None = None
    amount: Amount


class NewTotals(Input, kw_only=True):
    """What the total is made of: `total` = lines - discount + shipping + taxes + rounding. Lines, discount and shipping
    are net. Kept as they are sent.
    """

    lines: Amount
    discount: Amount = "0"
    shipping: Amount = "0"
    taxes: Annotated[list[NewTax], Meta(max_length=20, description="Of goods and shipping; none: []")]
    rounding: Annotated[SignedAmount, Meta(description="To what can be paid in cash, e.g. -0.02 CHF")] = "0"


class NewAddress(Input, kw_only=True):
    """An address. Wider than vendors take: their limits are checked at intake, nothing is ever cut. A postcode, a city,
    a country and a company or a last name are always needed; without a street the order is held.
    """

    # So the document says. An order that lacks one can be taken all the same, to be held (`on_invalid`).
    ALWAYS_NEEDED: ClassVar[tuple[str, ...]] = ("zip", "city", "country_code")
    EXAMPLE: ClassVar = {
        "firstname": "Jana",
        "lastname": "Beispiel",
        "street": "Hauptstraße 42",
        "zip": "10115",
        "city": "Berlin",
        "country_code": "DE",
    }

    reference: Part200 | None = None
    company: Part200 | None = None
    department: Part200 | None = None
    firstname: Part200 | None = None
    lastname: Part200 | None = None
    street: Part200 | None = None
    care_of: Part200 | None = None
    zip: Annotated[str, Meta(max_length=200)] | None = None
    city: Part200 | None = None
    district: Part200 | None = None
    state_code: Part200 | None = None
    country_code: Part200 | None = None
    phone: Part200 | None = None
    fax: Part200 | None = None
    mobile: Part200 | None = None
    email: Email | None = None
    vat_id: Part200 | None = None
    commercial_register_entry: Part200 | None = None
    iban: Part200 | None = None
    bic_or_swift: Part200 | None = None
    account_holder: Part200 | None = None
    eori_number: Part200 | None = None

    def __post_init__(self) -> None:
        country, state = address_codes(self.country_code or "", self.state_code or "")
        self.country_code, self.state_code = country or None, state or None


class NewSender(NewAddress, kw_only=True):
    """A shipper's or export address: whole, or one that the vendor keeps, by its number or its key there. Left out: the
    shop's, else the one that the vendor has of the merchant.
    """

    ALWAYS_NEEDED: ClassVar[tuple[str, ...]] = ()

    address_id: Annotated[Code64 | None, Meta(description="Its number at the vendor. The rest may be left out.")] = None
    address_key: Annotated[Code64 | None, Meta(description="Its key at the vendor, in place of a number.")] = None


class NewCustomer(Input, kw_only=True):
    """Who bought, and what they consented to."""

    email: Email | None = None
    firstname: Part100 | None = None
    lastname: Part100 | None = None
    phone: Part50 | None = None
    accepts_letters: bool = False
    accepts_review_request: bool = False


class NewOrder(Input, kw_only=True):
    """An order of a shop's customer. `reference` is the shop's own and unique within the shop."""

    EXAMPLE: ClassVar = {
        "reference": "4711",
        "placed_at": "2026-11-29T10:30:00Z",
        "currency": "EUR",
        "total": "153.51",
        "customer": {"email": "jana@example.com", "firstname": "Jana", "lastname": "Beispiel"},
        "recipient": NewAddress.EXAMPLE,
        "lines": [
            {
                "reference": "1",
                "sku": "MP-F1-C0000003",
                "quantity": 100,
                "unit_price": "1.29",
                "files": [{"url": "https://files.example.com/a4.pdf", "type": "front"}],
            }
        ],
    }

    reference: Reference
    placed_at: Timestamp
    currency: Currency
    total: Total
    customer: NewCustomer
    totals: Annotated[NewTotals | None, Meta(description="Left out: nothing of it is checked.")] = None
    recipient: NewAddress
    lines: Annotated[list[NewLine], Meta(min_length=1, max_length=200)]
    invoice_address: NewAddress | None = None
    shipper: NewSender | None = None
    export: NewSender | None = None
    letter_address: Annotated[
        NewAddress | None, Meta(description="Where letters go, if neither to the recipient nor to the invoice's.")
    ] = None
    shipping_method: Part100 | None = None
    express_shipping: bool = False
    express_production: bool = False
    complaint: bool = False
    gift_message: Annotated[
        Annotated[str, Meta(max_length=500), Text.PARAGRAPH] | None,
        Meta(description="For the recipient: printed on the delivery slip where we make it."),
    ] = None
    custom_properties: CustomProperties = {}
    documents: Annotated[list[NewDocument], Meta(max_length=50)] = []
    replaces: Annotated[
        OrderId | None,
        Meta(description="The id of a cancelled order of the shop with the same reference: this one takes its place."),
    ] = None
    generic_label: Annotated[
        bool | None, Meta(description="We supply the label on the day of dispatch; left out: as the shop is set.")
    ] = None

    def __post_init__(self) -> None:
        self.placed_at = in_utc(self.placed_at)
        if not 2000 <= self.placed_at.year <= 2100:
            raise ValueError("placed_at must lie between 2000 and 2100")
        for position, line in enumerate(self.lines, start=1):
            line.reference = line.reference or str(position)
        if len({line.reference for line in self.lines}) != len(self.lines):
            raise ValueError("Two lines have the same reference")


OnInvalid = Literal["refuse", "hold"]


def sealed(auth: Auth | None) -> dict[str, str] | None:
    """Return credentials as they are kept (encrypted): the fields of `messages.Credentials`."""
    if auth is None:
        return None
    if auth.basic is not None:
        return {"scheme": "basic", "username": auth.basic.username, "password": auth.basic.password}
    return {"scheme": "header", "header": auth.header or ""}
