"""mypromo's documented examples (see the index beside them), and orders of ours that ask for the same."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from backoffice.vendors.messages import (
    Credentials,
    Customs,
    DocumentLink,
    FileLink,
    LineToPlace,
    OrderToPlace,
    PostalAddress,
    RemoteLineKind,
)

FOLDER = Path(__file__).parents[2] / "samples" / "mypromo"


def sample(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


def sample_json(name: str) -> Any:
    return json.loads(sample(name))


CUSTOMS = Customs(
    description="Printed matter, n.e.s.", number="49119900", origin="DE", currency="EUR", amount=Decimal("10.5")
)
BASIC = Credentials(scheme="basic", username="user", password="pass")


def address(**changes: str) -> PostalAddress:
    """Return the address of the examples."""
    given = {
        "reference": "{{$guid}}",
        "company": "Sample Company",
        "firstname": "Sam",
        "lastname": "Sample",
        "street": "Sample Street 1",
        "care_of": "Street add",
        "zip": "12345",
        "city": "Sample Town",
        "state_code": "NW",
        "district": "District",
        "country_code": "DE",
        "phone": "+491234567890",
        "email": "sam@sample.com",
    }
    return PostalAddress(**(given | changes))


def order(**changes: Any) -> OrderToPlace:
    """Return the order of the example "create order"."""
    given: dict[str, Any] = {
        "reference": "{{$timestamp}}",
        "recipient": address(commercial_register_entry="Test321"),
        "shipper": address(phone="+4991234567890", commercial_register_entry="Test123"),
        "export": address(
            commercial_register_entry="Test321444",
            iban="DE89370400440532013000",
            bic_or_swift="WELADED1SIE",
            account_holder="Sam Sample",
        ),
        "custom_properties": {f"property{n}": f"value{n}" for n in (1, 2, 3)},
        "documents": (
            DocumentLink(
                url="https://downloads.test.mypromo.com:8080/lfs.pdf", kind="delivery_slip", credentials=BASIC
            ),
            DocumentLink(
                url="https://downloads.test.mypromo.com/label2.pdf",
                kind="label",
                carrier="UPS",
                tracking_code="1Z123891378124",
                credentials=Credentials(scheme="header", header="Bearer: 1231313123"),
            ),
            DocumentLink(
                url="sftp://downloads.test.mypromo.com/upload/label2.pdf",
                kind="label",
                carrier="ups",
                tracking_code="1Z123891378125",
                credentials=BASIC,
            ),
        ),
    }
    return OrderToPlace(**(given | changes))


def files_line(**changes: Any) -> LineToPlace:
    """Return the line of the example "add item with print files"."""
    given: dict[str, Any] = {
        "reference": "{{$guid}}",
        "kind": RemoteLineKind.FILES,
        "quantity": 100,
        "sku": "MP-F1-C0000003",
        "files": (FileLink(url="sftp://downloads.test.mypromo.com/upload/a4.pdf", credentials=BASIC),),
        "customs": CUSTOMS,
        "custom_properties": {f"property-{n}": f"value-{n}" for n in "abc"},
    }
    return LineToPlace(**(given | changes))
