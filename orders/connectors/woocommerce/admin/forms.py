"""What staff type about connections and products."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import Shop
from backoffice.staff.filter_form import RowField
from backoffice.staff.text_fields import CodeField, LineField, LinkField
from backoffice.visibility import visible
from orders.connectors.woocommerce.models import WooConnection
from orders.connectors.woocommerce.models.connection import LONGEST_ADDRESS
from orders.connectors.woocommerce.services.connections import ConnectionValues

_CHOICES = ("active", "use_equal_skus", "complete_shipped", "mail_tracking", "send_stock")

_PLAIN = ("orders_since", "stock_reserve")


class WooConnectionForm(forms.Form):
    """What can be chosen of a connection; the shop of a new one only."""

    shop = RowField(Shop.objects.filter(woocommerce__isnull=True).order_by("name"), label=_("Shop"), empty_label=None)
    url = LinkField(
        label=_("Address of the shop"), max_length=LONGEST_ADDRESS, help_text=_("For example https://shop.example.com")
    )
    consumer_key = CodeField(
        label=_("Consumer key"), max_length=200, required=False, help_text=_("With permission to read and write.")
    )
    consumer_secret = CodeField(label=_("Consumer secret"), max_length=200, required=False, widget=forms.PasswordInput)
    paid_statuses = LineField(
        label=_("Statuses of paid orders"),
        max_length=300,
        initial="processing, completed",
        help_text=_("Only these become orders; separate them with commas."),
    )
    file_keys = LineField(
        label=_("Fields with print files"),
        max_length=500,
        required=False,
        initial="print_file, _print_file",
        help_text=_("Names of a line's metadata that hold the address of a print file; separate them with commas."),
    )
    hold_status = CodeField(
        label=_("Status of held orders"),
        max_length=40,
        required=False,
        help_text=_("For example on-hold; empty: none."),
    )
    active = forms.BooleanField(label=_("Switched on"), required=False, initial=True)
    use_equal_skus = forms.BooleanField(label=_("Use matching SKUs without asking"), required=False)
    complete_shipped = forms.BooleanField(
        label=_("Set orders to completed once everything is shipped"), required=False, initial=True
    )
    orders_since = forms.DateTimeField(
        label=_("Orders paid from"),
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_(
            "Empty: from the moment of connecting. An earlier time also imports orders that are not completed yet."
        ),
    )
    send_stock = forms.BooleanField(label=_("Send stock of mapped products"), required=False)
    stock_reserve = forms.IntegerField(
        label=_("Stock reserve in pieces"),
        min_value=0,
        max_value=1_000_000,
        initial=0,
        required=False,
        help_text=_("WooCommerce is sent this many pieces fewer than can be sold."),
    )
    mail_tracking = forms.BooleanField(label=_("Have WooCommerce e-mail tracking codes to customers"), required=False)

    def __init__(self, *args: Any, connection: WooConnection | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        if connection is not None:
            del self.fields["shop"]
            kept = {name: getattr(connection, name) for name in (*_CHOICES, "url", "hold_status", *_PLAIN)}
            lists = {name: ", ".join(getattr(connection, name)) for name in ("paid_statuses", "file_keys")}
            self.initial = {**self.initial, **kept, **lists}
            self.fields["consumer_key"].help_text = _("Empty: the saved value is kept.")

    @property
    def values(self) -> ConnectionValues:
        """Of a valid form."""
        given = dict(self.cleaned_data)
        given.pop("shop", None)
        for name in ("paid_statuses", "file_keys"):
            given[name] = [part.strip() for part in given[name].split(",") if part.strip()]
        given["stock_reserve"] = given["stock_reserve"] or 0
        return ConnectionValues(**given)


class WooProductForm(forms.Form):
    """Which SKU of ours a product is."""

    sku = CodeField(
        label=_("Our SKU"), max_length=100, required=False, help_text=_("Empty: orders with this product wait.")
    )


def connection_choices() -> list[tuple[int, str]]:
    """Return the connections by the names of their shops, for filters."""
    rows = visible(WooConnection.objects.select_related("shop").only("shop__name")).order_by("shop__name")
    return [(row.pk, row.shop.name) for row in rows]
