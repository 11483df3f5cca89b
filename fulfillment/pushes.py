"""What the pushes of fulfilment mean; each handler is a door to a service."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from backoffice.models import Push
from backoffice.services.claims import Delivery
from backoffice.services.handlers import Finding, PushHandler, Recovery, push_kind
from backoffice.translatable import gettext as _t
from backoffice.vendors.errors import VendorError
from fulfillment.models import Label, ProductionEvent, ProductionOrder, ProductionShipment
from fulfillment.services.labels import (
    DOWNLOAD,
    FETCH_LABEL,
    GENERIC_LABEL,
    LabelFetch,
    let_go_label,
    refuse_label,
    suppose_announced,
)
from fulfillment.services.reporting_parcels import ADD_SHIPMENT, ParcelReport, refuse_parcel, suppose_reported


class ProductionHandler(PushHandler):
    """All pushes of production are about something of a production order, which is locked first."""

    model: Any

    def lock(self, push: Push) -> None:
        ProductionOrder.objects.locked(self._order_id(push))

    def needs_person(self, push: Push) -> None:
        self._note(push, "push.needs_person", actor="system")

    def _note(self, push: Push, kind: str, *, actor: str, **params: object) -> None:
        words = {"push_kind": push.kind, "step": push.step}
        ProductionEvent.objects.create(
            production_order_id=self._order_id(push), actor=actor, kind=kind, params=words | params, push=push
        )

    def _order_id(self, push: Push) -> int:
        order_id: int = self.model.objects.values_list("production_order_id", flat=True).get(pk=push.subject_id)
        return order_id


@push_kind(FETCH_LABEL)
class FetchLabel(ProductionHandler):
    """A supplied label is downloaded, which announces its parcel to the carrier."""

    title = _("Fetch the label")
    model = Label

    def doubtful_step(self, push: Push) -> str:
        return "download"  # a copy on the disk shows it; without one a person decides

    def recovery(self, push: Push) -> Recovery:
        return Recovery.PERSON if push.step == DOWNLOAD else Recovery.SEARCH

    def how_to_find_out(self, push: Push) -> str:
        label = Label.objects.get(pk=push.subject_id)
        if push.step != DOWNLOAD or not label.tracking_code:
            return ""
        text = _t(
            "Ask %(carrier)s whether the parcel %(code)s is announced for the day of the request. Announced: it "
            "happened. Not announced: it did not happen."
        )
        return text % {"carrier": label.carrier or _t("the carrier"), "code": label.tracking_code}

    def if_happened(self, push: Push) -> list[str]:
        if push.step != DOWNLOAD:
            return [_t("It is not asked for again. The label can be fetched once the vendor lists it with the order.")]
        return [
            _t("The label counts as handed out and is not downloaded again. A copy of it can be added by hand."),
            _t("If it did not happen after all, no parcel is announced: the carrier has to be asked to come."),
        ]

    def if_sent_again(self, push: Push) -> list[str]:
        if push.step != DOWNLOAD:
            return [_t("The production order is read first: a label that is there is not made a second time.")]
        return [
            _t("The label is downloaded at once, which announces its parcel."),
            _t("If it did happen after all, its parcel is announced twice, and the carrier may come and charge twice."),
        ]

    def deliver(self, delivery: Delivery) -> None:
        LabelFetch(delivery).run()

    def look(self, delivery: Delivery) -> Finding:
        return LabelFetch(delivery).look()

    def confirmed(self, push: Push) -> None:
        let_go_label(push)

    def rejected(self, push: Push, error: VendorError) -> None:
        refuse_label(push, error)

    def decided(self, push: Push, *, happened: bool) -> None:
        self._note(push, "push.decided", actor="system", happened=happened)
        if happened:
            suppose_announced(push)


@push_kind(GENERIC_LABEL)
class FetchGenericLabel(FetchLabel):
    """The vendor makes a label and hands it out, which announces its parcel to the carrier."""

    title = _("Have a label made")


@push_kind(ADD_SHIPMENT)
class AddShipment(ProductionHandler):
    """The vendor is told of a parcel; twice would be a re-shipment."""

    title = _("Report the parcel")
    model = ProductionShipment

    def doubtful_step(self, push: Push) -> str:
        return "add"

    def if_sent_again(self, push: Push) -> list[str]:
        return [_t("The production order is read first: a parcel that is there is not reported a second time.")]

    def deliver(self, delivery: Delivery) -> None:
        ParcelReport(delivery).run()

    def look(self, delivery: Delivery) -> Finding:
        return ParcelReport(delivery).look()

    def rejected(self, push: Push, error: VendorError) -> None:
        refuse_parcel(push, error)

    def decided(self, push: Push, *, happened: bool) -> None:
        self._note(push, "push.decided", actor="system", happened=happened)
        if happened:
            suppose_reported(push)
