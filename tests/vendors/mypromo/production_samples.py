"""What the vendor's examples of production show."""

from decimal import Decimal

from backoffice.vendors.messages import ShipmentReport, ShippedLine

PARCEL = ShipmentReport(
    vendor_id="27",
    carrier="ups",
    carrier_name="UPS",
    tracking_code="1Z2398234892349",
    tracking_url="http://wwwapps.ups.com/WebTracking/track?track=yes&trackNums=1Z2398234892349",
    raw_state="SHIPPED",
    delivered=False,
    late=False,
    height=Decimal(30),
    width=Decimal(45),
    depth=Decimal(20),
    weight=Decimal(1000),
    forced=False,
    lines=(
        ShippedLine(
            line_vendor_id="61", reference="d3904f00-d5ba-417d-b6f5-dcb1f91f5dd4", sku="TESTPRODUCT123", quantity=3
        ),
    ),
)
