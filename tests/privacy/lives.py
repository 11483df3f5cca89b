"""Two customers who went through every door: what is known of each stands wherever it can stand."""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.test import Client
from django.utils import timezone

from backoffice.engine.models import Push
from backoffice.engine.models.waiting_file import WaitingFile
from backoffice.engine.services.callbacks import work_due_callbacks
from backoffice.engine.services.files import keep_file
from backoffice.jobs.services.control import stop_job
from backoffice.jobs.services.drafting import draft_job, start_job
from backoffice.jobs.services.kinds import JOB_KINDS
from backoffice.jobs.services.working import work_job
from backoffice.mail.models import Mail
from backoffice.sandbox import Sandbox
from backoffice.staff.models import SavedView
from backoffice.webhooks.models import DeliveryAttempt, RecordedEvent, ShopEvent, WebhookDelivery, WebhookEndpoint
from catalog.models import CustomPicture, CustomProduct, Rating, Review
from fulfillment.models import (
    Label,
    LabelResponse,
    ProductionEvent,
    ProductionFile,
    ProductionItem,
    ProductionOrder,
    ProductionShipment,
)
from orders.complaints.models import Complaint, ComplaintCause, ComplaintPhoto
from orders.connectors.woocommerce.models import WooConnection, WooMessage, WooOrder, WooSending
from orders.conversation.models import EnquiryReply
from orders.conversation.services.comments import edit_comment, write_comment
from orders.customers.services.merging import merge_customers
from orders.customers.services.notes import add_note, change_preferences
from orders.drafts.models import DraftOrder
from orders.importing.services.accepting import accept_table, read_import, start_placing
from orders.importing.services.fields import TEMPLATE
from orders.marketing.models import CardConversion, CardRecipient, Consent, MailCampaign, OptOut
from orders.marketing.models.campaign import CampaignEvent
from orders.marketing.services.exports.batches import gather_exports
from orders.marketing.services.exports.requesting import request_export
from orders.models import (
    CustomerEditor,
    Design,
    Enquiry,
    Hold,
    HoldReason,
    Order,
    OrderAlarm,
    OrderDocument,
    OrderState,
    StrayOrder,
)
from orders.rules.models import Notice, Rule, RuleCall, RuleCallAttempt, RuleRun
from orders.services.files.store import store_file
from tests.api.storefront import CARD, PEN, Storefront, build_order
from tests.flows.conftest import Postbox, work_off
from tests.orders.pdfs import make_pdf
from tests.signs.desk import tell

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 16


@dataclass(frozen=True)
class Life:
    """A customer: a name that is a needle, and two e-mails."""

    first: str
    last: str
    email: str
    second_email: str
    street: str
    phone: str

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"

    @property
    def needles(self) -> list[str]:
        return [self.last, self.email, self.second_email, self.street, self.phone]

    @property
    def address(self) -> dict[str, Any]:
        return {
            "firstname": self.first, "lastname": self.last, "street": self.street, "zip": "10115", "city": "Berlin",
            "country_code": "DE", "phone": self.phone, "email": self.email,
        }  # fmt: skip


JANA = Life(
    "Quirina", "Zwirbelmännle", "quirina@zwirbel.example", "qz@zwirbel.example", "Quittengäßchen 77", "+49 151 99887766"
)
OTTO = Life("Ottokar", "Nebenmüller", "ottokar@neben.example", "on@neben.example", "Nebelstraße 12", "+49 160 11223344")


@dataclass
class World:
    """What a life needs around it."""

    storefront: Storefront
    sandbox: Sandbox
    postbox: Postbox
    client: Client
    staff: User


def live(life: Life, world: World) -> Order:
    """Have somebody order, and all happen to them that can; return the order that was made and shipped."""
    order = _order(life, world)
    for step in (_write_about, _complain, _market, _produce, _design, _connect, _rule, _keep_around):
        step(life, world, order)
    return order


def _order(life: Life, world: World) -> Order:
    content = make_pdf((126, 11)).replace(b"%%EOF", f"% {life.name}\n%%EOF".encode())
    file, _new = store_file([content], shop=world.storefront.shop, name=f"{life.last}.pdf")
    lines = [
        {"reference": "1", "sku": CARD, "quantity": 100, "unit_price": "1.29", "files": [{"file_id": file.public_id}],
         "custom_properties": {"engraving": life.name}},
    ]  # fmt: skip
    customer = {"email": life.email, "firstname": life.first, "lastname": life.last, "phone": life.phone,
                "accepts_letters": True, "accepts_review_request": True}  # fmt: skip
    body = build_order(
        reference=f"S-{life.first}", customer=customer, recipient=life.address, invoice_address=life.address,
        lines=lines, gift_message=f"From {life.name}",
    )  # fmt: skip
    answer = world.storefront.place(body, key=f"key-{life.first}")
    assert answer.status_code == 201, answer.content
    return Order.objects.get(pk=answer.json()["id"])


def _write_about(life: Life, world: World, order: Order) -> None:
    comment = write_comment(order, text=f"{life.name} called from {life.phone}", author=world.staff)
    edit_comment(comment, text=f"{life.name} called", revision=comment.revision, author=world.staff)
    add_note(life.email, f"Likes to be called at {life.phone}", actor="mara")
    change_preferences(life.email, f"Leave it at {life.street}", before="", actor="mara")
    add_note(life.second_email, "The same person", actor="mara")
    merge_customers(life.email, life.second_email, actor="mara")
    Hold.objects.create(
        order=order, reason=HoldReason.MANUAL, text=f"{life.name} has to pay", errors={"recipient": [life.street]},
        placed_by="mara", released_at=timezone.now(), release_note=f"{life.last} paid",
    )  # fmt: skip
    OrderAlarm.objects.create(
        order=order, reason=HoldReason.MANUAL, text=life.name, raised_by="x", settlement=life.phone
    )
    order.events.create(actor="mara", kind="order.remark", params={"text": f"Call {life.name}, {life.phone}"})
    form = {"submission_number": 1000 + order.pk, "form": {"label": "Ask us", "subject": f"From {life.name}"}}
    fields = (("Your name", "text", life.name), ("E-mail", "email", life.email), ("Where", "text", life.street))
    form["responses"] = [
        {"field_id": place, "name": name, "value": value, "input_type": kind}
        for place, (name, kind, value) in enumerate(fields)
    ]
    assert tell(world.client, "form-submitted", {"form_submission": form}).status_code == 200
    work_due_callbacks()
    enquiry = Enquiry.objects.get(email=life.email)
    EnquiryReply.objects.create(enquiry=enquiry, author_name="mara", text=f"Dear {life.name}", token=uuid.uuid4())
    Mail.objects.create(
        kind="orders.shipped", subject_type="orders.order", subject_id=order.pk, recipient=life.email, language="en",
        shop=order.shop, subject_line=f"Dear {life.name}", text=f"To {life.street}", state="sent", created_by="system",
        params={"name": life.name}, finished_at=timezone.now(),
    )  # fmt: skip


def _complain(life: Life, world: World, order: Order) -> None:
    now = timezone.now()
    complaint = Complaint.objects.create(
        order=order, vendor="mypromo", cause=ComplaintCause.values[0], text=f"{life.name} is angry", opened_by="mara",
        deadline=now, ended_at=now, token=uuid.uuid4().hex,
    )  # fmt: skip
    kept = keep_file([PNG, life.name.encode()], path=f"complaints/{life.first}")
    ComplaintPhoto.objects.create(complaint=complaint, name=f"{life.last}.png", added_by="mara", **kept.columns())


def _market(life: Life, world: World, order: Order) -> None:
    campaign = MailCampaign.objects.get_or_create(
        name="Autumn",
        defaults={"shop": order.shop, "vendor": "lettrlabs", "template_id": 1, "state": "mailed", "budget": 1},
    )[0]
    card = CardRecipient.objects.create(
        campaign=campaign, firstname=life.first, lastname=life.last, address1=life.street, city="Berlin",
        zip5="10115", email=life.email, key=life.first, state="accepted", vendor_id=str(order.pk), said=life.name,
    )  # fmt: skip
    CardConversion.objects.create(campaign=campaign, recipient=card, order=order, problem=f"{life.name}?")
    CampaignEvent.objects.create(campaign=campaign, actor="mara", kind="removed", params={"name": life.name})
    if not campaign.proof_path:
        proof = keep_file([b"%PDF-1.4 ", life.name.encode(), b"%%EOF"], path="proofs/1")
        MailCampaign.objects.filter(pk=campaign.pk).update(proof_path=proof.path)
    OptOut.objects.create(email=life.email, consent=Consent.REVIEW_REQUEST, reason=f"{life.name} said so")
    rating = Rating.objects.get_or_create(
        shop=order.shop, language="en", number=0,
        defaults={"average": Decimal(5), "total": 2, "distribution": [0, 0, 0, 0, 2], "read_at": timezone.now()},
    )[0]  # fmt: skip
    Review.objects.create(rating=rating, vendor_id=life.first, author=life.name, stars=5, text=f"I, {life.name}",
                          order=order.number)  # fmt: skip


def _produce(life: Life, world: World, order: Order) -> None:
    now = timezone.now()
    row = ProductionOrder.objects.create(
        vendor="mypromo-fulfiller", vendor_id=f"P{order.pk}", reference=f"X-{order.pk}", state="done", due_at=now,
        recipient=life.address, shipper=life.address, parties=[{"name": life.name}], comment=life.name,
    )  # fmt: skip
    ProductionItem.objects.create(
        production_order=row, vendor_id="1", sku=CARD, name="Card", quantity=1,
        custom_properties=[["engraving", life.name]], configuration=[life.name], customs={"importer": life.name},
    )  # fmt: skip
    kept = keep_file([b"%PDF-1.4 ", life.name.encode(), life.street.encode(), b" %%EOF"], path=f"labels/{life.first}")
    label = Label.objects.create(production_order=row, kind="supplied", tracking_code=f"T{life.last}", **kept.columns())
    other = keep_file([life.name.encode()], path=f"labels/answer-{life.first}")
    LabelResponse.objects.create(label=label, problem=life.name, **other.columns())
    kept = keep_file([b"%PDF-1.4 ", life.name.encode(), b" %%EOF"], path=f"production/{life.first}")
    ProductionFile.objects.create(
        production_order=row, kind="print", source_key="1", url=f"https://x.example/{life.last}", **kept.columns()
    )
    ProductionShipment.objects.create(
        production_order=row, force_reason=life.name, tracking_url=f"https://t/{life.last}"
    )
    ProductionEvent.objects.create(production_order=row, actor="x", kind="vendor.history", params={"text": life.name})


def _design(life: Life, world: World, order: Order) -> None:
    now = timezone.now()
    editor = CustomerEditor.objects.create(shop=order.shop, vendor="mypromo", customer=life.email, user_hash=life.last)
    design = Design.objects.create(
        shop=order.shop, customer=editor, vendor="mypromo", vendor_id=f"D{order.pk}", asked_sku=CARD, sku=CARD,
        read_at=now,
    )  # fmt: skip
    product = CustomProduct.objects.create(
        shop=order.shop, vendor="sign-customiser", vendor_id=f"C{order.pk}", external_id=f"sign-{order.pk}",
        title=f"Sign of {life.name}", description=life.name, price=1, currency="EUR", external_data={"text": life.name},
    )  # fmt: skip
    picture = keep_file([PNG, life.name.encode()], path=f"custom/{life.first}")
    CustomPicture.objects.create(
        product=product, position=1, kind="upload", url=f"https://x.example/{life.last}.png", **picture.columns()
    )
    OrderDocument.objects.create(
        order=order, kind="label", url=f"https://x.example/{life.last}", tracking_code=life.last
    )
    order.lines.update(design_id=design.public_id, custom_product=product.external_id)
    StrayOrder.objects.create(
        vendor="mypromo", vendor_id=f"S{order.pk}", reference=f"{order.number}-9", shop=order.shop, number=order.number,
        vendor_state="submitted", state="dismissed", report={"recipient": life.address}, reason=life.name,
    )  # fmt: skip


def _connect(life: Life, world: World, order: Order) -> None:
    shop = order.shop
    connection = WooConnection.objects.get_or_create(
        shop=shop, defaults={"url": "https://woo.example", "created_by": "x", "pull_after": timezone.now()}
    )[0]
    row = WooOrder.objects.create(connection=connection, woo_id=order.pk, order=order, taken={"billing": life.address})
    WooSending.objects.create(woo_order=row, kind="status", key=str(order.pk), cause=life.name)
    body = json.dumps({"billing": life.address}).encode()
    for woo_order, key in ((order, "a"), (None, "b")):
        WooMessage.objects.create(
            connection=connection, dedup_key=f"{key}{order.pk}", body=body, woo_id=order.pk, order=woo_order,
            state="applied", cause=life.name,
        )  # fmt: skip
    endpoint = WebhookEndpoint.objects.get_or_create(
        shop=shop, url="https://shop.example/hook", defaults={"created_by": "x", "topics": [], "secrets": ["x"]}
    )[0]
    about: dict[str, Any] = {"topic": "order.created", "object_type": "order", "object_id": order.number, "shop": shop}
    event = ShopEvent.objects.create(
        **about, created_at=timezone.now(), version=100 + order.pk, details={"customer": life.name}
    )
    RecordedEvent.objects.create(**about, details={"customer": life.name})
    delivery = WebhookDelivery.objects.create(
        endpoint=endpoint, event=event, object_key=order.number, state="delivered"
    )
    DeliveryAttempt.objects.create(
        delivery=delivery, number=1, started_at=timezone.now(), url="https://shop.example/hook", request=life.email,
        answer=f"Thanks, {life.name}",
    )  # fmt: skip


def _rule(life: Life, world: World, order: Order) -> None:
    rule = Rule.objects.get_or_create(
        key="big",
        defaults={"name": "Big", "event": "received", "made_by": "x", "conditions": {}, "actions": [], "position": 1},
    )[0]
    RuleRun.objects.create(
        rule=rule, order=order, source="hand:1", outcome="done", finding={"value": life.email},
        actions=[{"why": life.name}], error=life.name,
    )  # fmt: skip
    call = RuleCall.objects.create(rule=rule, order=order, event="received", url=f"https://h/?m={life.email}", host="h")
    RuleCallAttempt.objects.create(call=call, started_at=timezone.now(), request=life.name, answer=life.email)
    Notice.objects.create(order=order, rule=rule, text=f"Look at {life.name}", made_by="rule:1")


def _keep_around(life: Life, world: World, order: Order) -> None:
    """Leave traces in what belongs to nobody in particular."""
    DraftOrder.objects.create(
        shop=order.shop, content={"recipient": life.address}, customer=life.name, email=life.email, created_by="mara",
        updated_by="mara",
    )  # fmt: skip
    SavedView.objects.create(list_key="orders", name=life.last[:40], query=f"q={life.email}", created_by=world.staff)
    LogEntry.objects.create(
        user=world.staff, content_type=ContentType.objects.get_for_model(OptOut), object_id="1", object_repr=life.email,
        action_flag=CHANGE, change_message=f"{life.name} changed",
    )  # fmt: skip
    session = SessionStore()
    session["searched"] = life.email
    session.save()
    WaitingFile.objects.create(path=f"labels/{life.first}", content=life.name.encode())


def live_together(lives: list[Life], world: World, orders: list[Order]) -> None:
    """Have them stand beside each other: made and shipped, told to a vendor, in a table, in an export."""
    work_off()
    for _day in range(12):
        world.sandbox.advance(1)
        world.postbox.settle()
        world.postbox.let_in()
    with transaction.atomic():
        for order in orders:
            request_export(Order.objects.get(pk=order.pk), vendor="autoletter", actor="rule:1")
        gather_exports()
    work_off()
    _import(lives, world)
    kind = JOB_KINDS["orders.export_csv"]
    job = draft_job(kind, Order.objects.filter(pk__in=[order.pk for order in orders]), actor="mara")
    work_job(job.pk, seconds=60)
    job.refresh_from_db()
    if job.state == "ready":
        start_job(job, inputs={}, actor="mara")
        work_job(job.pk, seconds=60)
    _print_and_stop(orders)
    Push.objects.filter(subject_type="orders.order").update(decision="x")
    # What was never made: imported orders wait for their release.
    Order.objects.exclude(pk__in=[order.pk for order in orders]).update(state=OrderState.CANCELLED)


def _print_and_stop(orders: list[Order]) -> None:
    """Leave a print job that was stopped when the slips were drawn, and not yet joined."""
    things = Order.objects.filter(pk__in=[order.pk for order in orders])
    job = draft_job(JOB_KINDS["orders.print_slips"], things, actor="mara")
    for _chunk in ("checked", "started", "drawn"):
        work_job(job.pk, seconds=0)
    stop_job(job, actor="mara")


def _import(lives: list[Life], world: World) -> None:
    rows = [
        {
            "reference": f"T-{life.first}", "ordered_at": "2026-11-20 10:30", "currency": "EUR", "total": "150.00",
            "sku": PEN, "quantity": "100", "unit_price": "1.50", "customer_email": life.second_email,
            "recipient_firstname": life.first, "recipient_lastname": life.last, "recipient_street": life.street,
            "recipient_zip": "10115", "recipient_city": "Berlin", "recipient_country_code": "DE",
        }
        for life in lives
    ]  # fmt: skip
    text = "\n".join([",".join(TEMPLATE), *(",".join(f'"{row.get(one, "")}"' for one in TEMPLATE) for row in rows)])
    table = accept_table(text.encode(), file_name="orders.csv", shop=world.storefront.shop, actor="mara")
    assert read_import(table.pk)
    table.refresh_from_db()
    assert table.job is not None, table.problem
    work_job(table.job.pk, seconds=60)
    table.refresh_from_db()
    start_placing(table, actor="mara")
    assert table.job is not None
    work_job(table.job.pk, seconds=60)


Live = Callable[[Life, World], Order]
