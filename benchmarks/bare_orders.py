"""Orders by a bare view of the REST framework: the inserts of an order on its way to its vendor, and nothing else."""

import uuid
from decimal import Decimal
from typing import Any, cast

from django.db import transaction
from django.utils import timezone
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backoffice.accounts.models import IdempotencyKey, Shop
from backoffice.engine.models import Push
from orders.models import Address, Order, OrderEvent, OrderLine, VendorOrder, VendorOrderLine


class PlaceBareOrder(APIView):
    """No key, no checks, no search, no timeline to speak of: nine inserts and a commit."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    parser_classes = (JSONParser,)
    renderer_classes = (JSONRenderer,)

    @transaction.atomic
    def post(self, request: Request) -> Response:
        body = cast(dict[str, Any], request.data)
        shop = Shop.objects.get()
        IdempotencyKey.objects.create(shop=shop, key=uuid.uuid4().hex, request_hash="x", status=201, answer=body)
        order = Order.objects.create(
            shop=shop,
            number=uuid.uuid4().hex,
            reference=body["reference"],
            state="released",
            placed_at=body["placed_at"],
            currency=body["currency"],
            total=Decimal(body["total"]),
            customer_email=body["customer"]["email"],
            customer_firstname=body["customer"]["firstname"],
            customer_lastname=body["customer"]["lastname"],
        )
        lines = OrderLine.objects.bulk_create(
            OrderLine(
                order=order,
                position=position,
                reference=line["reference"],
                kind="files",
                vendor="mypromo",
                sku=line["sku"],
                quantity=line["quantity"],
                unit_price=Decimal(line["unit_price"]),
                files=line["files"],
            )
            for position, line in enumerate(body["lines"], start=1)
        )
        recipient = {name: value or "" for name, value in body["recipient"].items()}
        Address.objects.create(order=order, role="recipient", **recipient)
        OrderEvent.objects.create(order=order, actor="shop:BENCH", kind="order.received")
        OrderEvent.objects.create(order=order, actor="shop:BENCH", kind="order.released")
        vendor_order = VendorOrder.objects.create(order=order, vendor="mypromo", part=1, reference=order.number)
        VendorOrderLine.objects.bulk_create(
            VendorOrderLine(vendor_order=vendor_order, line=line, reference=str(line.position)) for line in lines
        )
        Push.objects.create(
            vendor="mypromo",
            kind="orders.place",
            subject_type="orders.vendororder",
            subject_id=vendor_order.pk,
            next_at=timezone.now(),
        )
        return Response({"id": order.pk, "number": order.number}, status=201)
