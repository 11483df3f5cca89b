"""The pre-flight of a split, over both orders as they were written: where it refuses, all of it is undone."""

from collections.abc import Sequence

from backoffice.accounts.models.shop import OddPrice
from backoffice.errors import Errors, InvalidInput, merge
from backoffice.text.translatable import gettext as _
from orders.models import HoldReason, Order, OrderLine
from orders.services.change_labels import LINE, position_of
from orders.services.order_message import OrderRows
from orders.services.preflight.order_checks import Findings, by_reason
from orders.services.preflight.price_checks import check_margins
from orders.services.preflight.rechecks import recheck_orders
from orders.services.regrouping.shares import Share

# Why an order waits: what is said about it, and the errors by path.
Reasons = dict[HoldReason, tuple[str, Errors]]


class SplitCheck:
    """What stands against both orders. Errors of divided lines were brought about by the split; what stood against the
    order before stays what it was. Costs of divided lines are those of their quantities.
    """

    def __init__(self, order: Order, new: OrderRows, lines: Sequence[OrderLine], share: Share) -> None:
        self.order, self.new = order, new.order
        self.places = {line.reference: share.places[line.pk] for line in lines if share.is_divided(line)}
        found = recheck_orders([self.order, self.new])
        self.kept, self.gone = found[self.order.pk], found[self.new.pk]
        self.has_documents = order.documents.filter(made_by_us=False).exists()
        self.references = {pk: self._references(pk) for pk in (self.order.pk, self.new.pk)}
        for findings in (self.kept, self.gone):
            self._take_costs(findings)
        self.kept_prices, self.gone_prices = self._prices(self.order, self.kept), self._prices(self.new, self.gone)

    def ensure(self, *, anyway: bool) -> None:
        """Raise InvalidInput, by the fields of the request, for what the split brings about at divided lines."""
        refuses = self.order.shop.on_odd_price == OddPrice.REFUSE
        errors: Errors = {}
        for order, findings, prices, text in (
            (self.order, self.kept, self.kept_prices, _("Remaining order: %(text)s")),
            (self.new, self.gone, self.gone_prices, _("Split-off order: %(text)s")),
        ):
            found = merge(self._own(order, findings.errors), self._own(order, prices) if refuses else {})
            errors = merge(errors, {path: [text % {"text": one} for one in texts] for path, texts in found.items()})
        if errors and not anyway:
            raise InvalidInput(_("The order cannot be split this way. Nothing was saved."), errors=errors)

    def kept_reasons(self, *, stood_before: bool) -> Reasons:
        """Return what the order that stays has to wait for since it was split."""
        return self._reasons(self.kept, self.kept_prices, stood_before=stood_before)

    def new_reasons(self, *, stood_before: bool) -> Reasons:
        """Return the same of the new order: its documents are still with the other one."""
        reasons = self._reasons(self.gone, self.gone_prices, stood_before=stood_before)
        if self.has_documents and HoldReason.INVALID_INPUT not in reasons:
            text = _(
                "The shop's documents stay with order %(number)s. Supply some for this parcel, or release the hold to "
                "send it without."
            )
            reasons[HoldReason.INVALID_INPUT] = (text % {"number": self.order.number}, {})
        return reasons

    def _reasons(self, findings: Findings, prices: Errors, *, stood_before: bool) -> Reasons:
        reasons: Reasons = {}
        if prices and self.order.shop.on_odd_price == OddPrice.HOLD:
            reasons[HoldReason.ODD_PRICE] = (_("The prices look wrong."), prices)
        if not stood_before:
            text = _("The vendor would reject it. Correct the problems listed, then release the hold.")
            found = by_reason(errors=findings.errors, prices={}, stock={})
            reasons |= {reason: (text, some) for reason, some in found.items()}
        return reasons

    def _references(self, order: int) -> dict[int, str]:
        return dict(OrderLine.objects.filter(order=order).values_list("position", "reference"))

    def _own(self, order: Order, errors: Errors) -> Errors:
        """Return the errors of divided lines, by their places in the request."""
        own: Errors = {}
        for path, texts in errors.items():
            match, reference = LINE.fullmatch(path), self.references[order.pk].get(position_of(path) or 0, "")
            if match and reference in self.places:
                own[f"lines[{self.places[reference]}]{match['rest']}"] = texts
        return own

    def _take_costs(self, findings: Findings) -> None:
        """Keep what the vendor charges a piece at the quantities that the divided lines have now."""
        for one in findings.lines:
            if one.line.reference in self.places and one.line.unit_cost is not None:
                OrderLine.objects.filter(pk=one.line.pk).update(unit_cost=one.line.unit_cost)

    def _prices(self, order: Order, findings: Findings) -> Errors:
        """Return what is wrong with the prices of divided lines at their quantities, by path in the order."""
        divided = [one for one in findings.lines if one.line.reference in self.places]
        errors: Errors = {}
        check_margins(order, divided, errors=errors)
        return {
            f"lines[{divided[index].line.position - 1}]{rest}": texts
            for index in range(len(divided))
            for path, texts in errors.items()
            if (rest := path.removeprefix(f"lines[{index}]")) != path
        }
