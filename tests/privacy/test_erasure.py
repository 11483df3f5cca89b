"""Erased is erased: no table and no file names the person any more, and nobody else is touched."""

import io
import json
import zipfile
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import transaction

from backoffice.audit.models import AuditEntry
from backoffice.audit.services.chain import close_all
from backoffice.engine.services.files import read_file
from backoffice.jobs.models import JobRow
from backoffice.privacy import registry
from backoffice.privacy.models import ErasedWord, PrivacyRequest, RequestState, VendorErasure
from backoffice.privacy.services import outside, requests, vendors
from backoffice.privacy.services.finding import find_candidates, preview
from backoffice.privacy.services.requests import Meant
from backoffice.vendors.rating_messages import PublishedRating, PublishedReview
from catalog.models import Review
from catalog.services.ratings import store_rating
from orders.marketing.models import Consent, OptOut
from orders.marketing.services.exports.obstacles import find_opt_outs
from orders.models import Address, Order
from orders.services.reports.pulling import OrderPull
from tests.privacy.dump import everything, find, lines_with
from tests.privacy.lives import JANA, OTTO, World

pytestmark = pytest.mark.django_db
# Made by the test itself later on, and looked for by the erasure only.
NOT_LINKED = {"privacy.PrivacyRequest", "accounts.IdempotencyKey"}
# Where Otto stood beside Jana as a copy, which can be made again or is kept row by row.
COPIES = {"importing_orderimport", "jobs_job", "django_session", "audit_auditentry"}


def _erase(meant: Meant) -> PrivacyRequest:
    row = requests.ask_for_erasure(meant, reason=f"{JANA.name} wrote to us", actor="mara")
    requests.work_requests(seconds=60)
    row.refresh_from_db()
    return row


def test_who_is_erased_stands_in_no_table_and_no_file_and_comes_back_by_no_way(
    lives: dict[str, Order],
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    close_all()
    before = everything()
    assert [read_file(path) is None for path in _slips(lives)] == [False, False]
    assert set(JANA.needles) == {one for some in find(JANA.needles, before).values() for one in some}
    [candidate] = [one for one in find_candidates(JANA.last) if one.emails == (JANA.email,)]
    meant = Meant(candidate.title, candidate.emails, candidate.rows)
    held = {one.holder.label for one in preview(meant.person())}
    customers = {one.label for one in registry.holders() if one.find and one.about == "customer"}
    assert customers - held - NOT_LINKED == set()
    _assert_copy_holds(meant, django_capture_on_commit_callbacks)

    _assert_found_without("orders.Address", meant, monkeypatch)
    with django_capture_on_commit_callbacks(execute=True):
        row = _erase(meant)
    assert (row.state, row.problem, row.person, row.title) == (RequestState.DONE, "", None, None)
    assert row.reason == "[erased] wrote to us"
    assert find(JANA.needles, everything()) == {}
    assert [read_file(path) is None for path in _slips(lives)] == [True, False]

    said = [*caplog.get_records("setup"), *caplog.get_records("call")]
    assert find(JANA.needles, {"log": "\n".join(one.getMessage() for one in said).encode()}) == {}
    _assert_tax_is_kept(lives[JANA.first])
    _assert_untouched(before)
    _assert_vendors_are_asked(row)
    _assert_stays_away(lives[JANA.first], world, django_capture_on_commit_callbacks)


def _slips(lives: dict[str, Order]) -> list[str]:
    """Return where Jana's and Otto's slip lies, of the print job that was stopped."""
    rows = {row.subject_id: row.part_path for row in JobRow.objects.filter(job__kind="orders.print_slips")}
    return [rows[lives[life.first].pk] for life in (JANA, OTTO)]


def _assert_copy_holds(meant: Meant, commit: Callable[..., Any]) -> None:
    """Find all of Jana in the copy, files too, and nothing of Otto."""
    with commit(execute=True):
        row = requests.ask_for_copy(meant, actor="mara")
        requests.work_requests(seconds=60)
        row.refresh_from_db()
    assert row.state == RequestState.DONE
    with zipfile.ZipFile(io.BytesIO(read_file(row.path) or b"")) as archive:
        text = archive.read("data.json").decode()
        files = [archive.read(name) for name in archive.namelist() if name.startswith("files/")]
    data = json.loads(text)["data"]
    assert [one["street"] for one in data["orders.Address"]["rows"]][:1] == [JANA.street]
    assert len(files) >= 5
    assert any(JANA.name.encode() in content for content in files)
    assert OTTO.last not in text
    assert not any(OTTO.last.encode() in content for content in files)


def _assert_found_without(label: str, meant: Meant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Control the search: with one holder that nobody registered it finds what was left there."""
    with monkeypatch.context() as patch, transaction.atomic():
        others = {name: holder for name, holder in registry._HOLDERS.items() if name != label}
        patch.setattr(registry, "_HOLDERS", others)
        assert _erase(meant).state == RequestState.DONE
        assert "orders_address" in find(JANA.needles, everything())
        transaction.set_rollback(True)
    default_storage.delete(outside.PLACE)


def _assert_tax_is_kept(before: Order) -> None:
    order = Order.objects.get(pk=before.pk)
    kept = ("number", "reference", "total", "currency", "placed_at", "state", "shop_id")
    assert [getattr(order, name) for name in kept] == [getattr(before, name) for name in kept]
    assert order.erased_at is not None
    assert [line.unit_price for line in order.lines.all()] == [line.unit_price for line in before.lines.all()]
    assert set(order.addresses.values_list("country_code", flat=True)) == {"DE"}


def _assert_untouched(before: dict[str, bytes]) -> None:
    """Otto stands in as many rows as before, but for copies that named both."""
    was, now = lines_with(OTTO.last, before), lines_with(OTTO.last, everything())
    fewer = {place for place, count in was.items() if now.get(place, 0) != count}
    assert {place for place in fewer if not place.startswith("file jobs/")} <= COPIES
    assert Address.objects.filter(lastname=OTTO.last, street=OTTO.street).count() == 3
    own = Order.objects.values_list("pk", flat=True).get(reference=f"S-{OTTO.first}")
    assert AuditEntry.objects.filter(root_type="orders.order", root_id=str(own), payload__contains=OTTO.last).exists()
    assert Order.objects.filter(customer_email=OTTO.email, gift_message=f"From {OTTO.name}").exists()


def _assert_vendors_are_asked(row: PrivacyRequest) -> None:
    asked = {one.vendor: one for one in row.vendor_erasures.all()}
    assert asked.keys() == {"mypromo", "autoletter", "lettrlabs"}
    assert JANA.email in vendors.letter_of(asked["mypromo"])
    for one in asked.values():
        vendors.note_done(one.pk, actor="mara")
    assert not VendorErasure.objects.filter(about__isnull=False).exists()


def _assert_stays_away(order: Order, world: World, commit: Callable[..., Any]) -> None:
    """Neither a callback, a pull nor a reading of reviews brings her back, and her opt-out holds."""
    world.sandbox.advance(1)
    with commit(execute=True):
        world.postbox.settle()
        world.postbox.let_in()
        OrderPull("mypromo").run()
        reviews = [
            PublishedReview(review_id="9", author=JANA.name, stars=5, text=f"I, {JANA.name}", order=order.number)
        ]
        rating = PublishedRating(average=Decimal(5), total=1, distribution=(0, 0, 0, 0, 1), reviews=reviews)
        store_rating(rating, shop=order.shop, language="de", number=0)
    assert find(JANA.needles, everything()) == {}
    assert Review.objects.get(vendor_id="9").author == ""
    assert find_opt_outs([JANA.email, OTTO.email], consent=Consent.REVIEW_REQUEST) == {JANA.email, OTTO.email}
    assert not OptOut.objects.filter(email=JANA.email).exists()
    assert ErasedWord.objects.exists()
