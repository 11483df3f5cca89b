"""Staff pages of designs, enquiries and webhooks; the command; the sandbox's own rules."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from backoffice.accounts.models import ApiKey, Shop
from backoffice.engine.models import Push, WebhookSubscription
from backoffice.engine.services.callbacks import work_due_callbacks
from backoffice.engine.services.sending import deliver
from backoffice.engine.services.webhook_subscriptions import KEPT_AFTER, kept_secrets
from backoffice.sandbox import Sandbox
from backoffice.vendors.sign_messages import DesignedPicture
from catalog.models import CustomPicture, CustomProduct
from catalog.services.custom_pictures import PICTURES
from orders.models import Enquiry
from tests.admin.inbox import read_inbox
from tests.api.storefront import Storefront
from tests.signs.desk import design, make_shop, tell

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
LIST = "/admin/catalog/customproduct/"


def queries_of(client: Client, url: str) -> int:
    client.get(url)  # sessions and permissions are read once
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_the_list_costs_the_same_for_one_and_for_many(shop: Shop, sign_in: SignIn) -> None:
    client = sign_in("view_customproduct")
    design(shop, vendor_id="0")
    few = queries_of(client, LIST)
    for number in range(1, 30):
        design(shop, vendor_id=str(number), title=f"Sign {number}")
    assert queries_of(client, LIST) == few
    assert b"Sign 17" in client.get(LIST, {"q": "sign 17"}).content
    assert b"Sign 18" not in client.get(LIST, {"q": "sign 17"}).content
    older = CustomProduct.objects.order_by("-pk")[9].pk
    assert client.get(LIST, {"older": older}).status_code == 200
    make_shop("ART")
    assert b"No custom products match these filters" in client.get(LIST, {"shop": "ART"}).content


def test_the_page_shows_all_facts_and_nothing_that_acts(shop: Shop, sign_in: SignIn) -> None:
    product = design(
        shop,
        title="<script>alert(1)</script>",
        description_html="<b>bold</b><script>x</script><img src=x onerror=y>",
        external_data={"font": "Yellowtail", "deep": {"a": 1}},
        customiser_id="77",
        logo_upload_id="88",
        pictures=(
            DesignedPicture(url='https://c.example.com/"><script>'),
            DesignedPicture(url="https://c.example.com/2"),
        ),
    )
    CustomPicture.objects.filter(product=product, position=2).update(failed=True, next_at=None, problem="HTTP 404.")
    client = sign_in("view_customproduct")
    page = client.get(f"{LIST}{product.pk}/change/").content.decode()
    for expected in ("77", "88", "Yellowtail", "<b>bold</b>", product.external_id, "HTTP 404.", "€119.00"):
        assert expected in page
    for refused in ("<script>alert", "onerror", '"><script>'):
        assert refused not in page
    assert "Fetch now" not in page
    assert (
        "Fetch now"
        in sign_in("view_customproduct", "change_customproduct", name="tom")
        .get(f"{LIST}{product.pk}/change/")
        .content.decode()
    )
    assert sign_in("view_order", name="jo").get(f"{LIST}{product.pk}/change/").status_code == 403
    assert client.get(f"{LIST}999999/change/").status_code == 404


def test_the_picture_is_streamed_from_our_copy(
    shop: Shop, sandbox: Sandbox, settings: Settings, tmp_path: Path, sign_in: SignIn
) -> None:
    settings.MEDIA_ROOT, settings.VENDOR_READ_TIMEOUT = tmp_path, 5
    sandbox.sign_customiser.designs[1] = {}
    url = f"{sandbox.sign_customiser.public_url}pictures/1.png"
    product = design(shop, pictures=(DesignedPicture(url=url),))
    client = sign_in("view_customproduct", "change_customproduct")
    own = f"{LIST}{product.pk}/picture/1/"
    assert client.get(own).status_code == 404
    PICTURES.fetch_due()
    storefront = Storefront(shop, ApiKey.objects.create_key(name="tests", shop=shop)[1])
    path = f"catalog/custom-products/{product.external_id}/"
    shown = storefront.get(f"{path}picture/")
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/png")
    assert storefront.get(path).json()["picture_url"].endswith(f"{path}picture/")
    answer = client.get(own)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert b"".join(answer.streaming_content).startswith(b"\x89PNG")
    assert client.post(f"{own}fetch/").status_code == 302
    assert Client().get(own).status_code == 302


FORM = {
    "form_submission": {
        "submission_number": 4,
        "form": {"label": "Ask us", "subject": "Custom request"},
        "responses": [
            {"field_id": 1, "name": "Your name", "value": "Jana <b>", "input_type": "text"},
            {"field_id": 2, "name": "E-mail", "value": "jana@example.com", "input_type": "email"},
        ],
    }
}


def test_a_form_becomes_an_enquiry_once_and_is_done_by_a_person(client: Client, shop: Shop, sign_in: SignIn) -> None:
    assert [tell(client, "form-submitted", FORM).json() for _ in range(2)] == [{"ok": True}] * 2
    work_due_callbacks()
    enquiry = Enquiry.objects.get()
    assert (enquiry.name, enquiry.email, enquiry.shop, enquiry.subject) == (
        "Jana <b>", "jana@example.com", shop, "Custom request",
    )  # fmt: skip
    desk = sign_in("view_enquiry", "change_enquiry", "view_order")
    assert "Custom request" in read_inbox(desk)
    assert b"Jana &lt;b&gt;" in desk.get("/admin/orders/enquiry/").content
    assert b"jana@example.com" in desk.get(f"/admin/orders/enquiry/{enquiry.pk}/change/").content
    desk.post(f"/admin/orders/enquiry/{enquiry.pk}/done/")
    enquiry.refresh_from_db()
    assert enquiry.done_by == "mara"
    assert "Custom request" not in read_inbox(desk)
    assert b"Custom request" not in desk.get("/admin/orders/enquiry/").content
    assert b"Custom request" in desk.get("/admin/orders/enquiry/?state=all").content
    desk.post(f"/admin/orders/enquiry/{enquiry.pk}/reopen/")
    assert Enquiry.objects.get().done_at is None
    assert sign_in("view_enquiry", name="tom").post(f"/admin/orders/enquiry/{enquiry.pk}/done/").status_code == 403


def test_enquiries_cost_the_same_for_one_and_for_many(shop: Shop, sign_in: SignIn) -> None:
    client = sign_in("view_enquiry")
    Enquiry.objects.create(vendor="sign-customiser", vendor_id="0", shop=shop)
    few = queries_of(client, "/admin/orders/enquiry/")
    Enquiry.objects.bulk_create(
        Enquiry(vendor="sign-customiser", vendor_id=str(n), shop=shop, answers=[{"name": "a", "value": "b"}])
        for n in range(1, 30)
    )
    assert queries_of(client, "/admin/orders/enquiry/") == few


def command(*words: str) -> str:
    out = StringIO()
    call_command("sign_webhooks", *words, stdout=out)
    return out.getvalue()


def test_the_command_subscribes_once_keeps_secrets_sealed_and_ends(sandbox: Sandbox, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://desk.example.com"
    assert "There are none." in command("list")
    assert command("subscribe").count("Subscribed") == 2
    assert "All webhooks are already subscribed." in command("subscribe")
    held = sandbox.sign_customiser.webhooks.held
    assert {(hook["topic"], hook["url"]) for hook in held} == {
        ("order:created", "https://desk.example.com/callbacks/sign-customiser/order-created/"),
        ("form:submitted", "https://desk.example.com/callbacks/sign-customiser/form-submitted/"),
    }
    assert kept_secrets("sign-customiser", "order-created") == (held[0]["secret"],)
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM engine_webhooksubscription")
        assert all(held[0]["secret"] not in row[0] for row in cursor.fetchall())
    assert "ours" in command("list")
    assert "Ended" in command("delete", str(held[0]["webhook_id"]))
    assert len(sandbox.sign_customiser.webhooks.held) == 1
    # What was on its way may still come; later it may not.
    assert kept_secrets("sign-customiser", "order-created")
    WebhookSubscription.objects.update(ended_at=timezone.now() - KEPT_AFTER * 2)
    assert not kept_secrets("sign-customiser", "order-created")
    with pytest.raises(CommandError):
        command("delete", "999")


def test_a_webhook_that_is_there_already_is_taken_and_its_secret_read(sandbox: Sandbox, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://desk.example.com"
    command("subscribe")
    WebhookSubscription.objects.all().delete()
    sandbox.sign_customiser.options.show_secrets = False
    command("subscribe")
    assert len(sandbox.sign_customiser.webhooks.held) == 2
    assert WebhookSubscription.objects.filter(secret__isnull=False).count() == 2


@pytest.mark.parametrize("kind", ["cut_after", "cut_before"])
def test_a_lost_answer_to_a_subscription_makes_no_second_one(sandbox: Sandbox, kind: str) -> None:
    sandbox.faults.add(kind, vendor="sign-customiser", method="POST", times=1)
    with pytest.raises(CommandError):
        command("subscribe")
    for _ in range(100):
        open_pushes = Push.objects.open()
        open_pushes.update(next_at=timezone.now())
        for push in open_pushes:
            deliver(push.pk)
        if not open_pushes.exists():
            break
    command("subscribe")
    assert len(sandbox.sign_customiser.webhooks.held) == 2


def test_the_integrations_page_lists_and_subscribes_by_permission(sandbox: Sandbox, sign_in: SignIn) -> None:
    reader = sign_in("view_integration", "view_push", "view_callback")
    url = "/admin/backoffice/integration/"
    assert b"No webhooks are subscribed" in reader.get(url).content
    assert reader.post(f"{url}sign-customiser/subscribe/").status_code == 403
    few = queries_of(reader, url)
    lead = sign_in(
        "view_integration",
        "add_webhooksubscription",
        "change_webhooksubscription",
        "view_push",
        "view_callback",
        name="tom",
    )
    assert b"Subscribe" in lead.get(url).content
    assert lead.post(f"{url}sign-customiser/subscribe/").status_code == 302
    for push in Push.objects.all():
        deliver(push.pk)
    page = lead.get(url).content.decode()
    assert "order-created" in page
    assert "whsec" not in page
    assert queries_of(reader, url) <= few + 1
    row = WebhookSubscription.objects.first()
    lead.post(f"{url}sign-customiser/webhooks/{row.pk}/end/")
    assert Push.objects.filter(kind="webhooks.unsubscribe").count() == 1
    assert lead.post(f"{url}mypromo/subscribe/").status_code == 404
