"""Where an order goes, who pays, who sends: snapshots, one per order and role."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from orders.models.order import Order


class AddressRole(models.TextChoices):
    RECIPIENT = "recipient", _("recipient")
    INVOICE = "invoice", _("invoice")
    SHIPPER = "shipper", _("shipper")
    EXPORT = "export", _("export")
    # Where letters of marketing go, if neither to the recipient nor to the invoice's address.
    LETTER = "letter", pgettext_lazy("address", "letter")

    @property
    def field(self) -> str:
        """The name under which storefronts give an address of that role."""
        return f"{self.value}_address" if self in (AddressRole.INVOICE, AddressRole.LETTER) else self.value

    @property
    def may_be_kept_at_vendor(self) -> bool:
        """Whether it may be one that the vendor keeps, named by its number or key there."""
        return self in (AddressRole.SHIPPER, AddressRole.EXPORT)


class Address(models.Model):
    """An address as it was given. Wider than any vendor's limits, so that what does not fit is kept and shown."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="addresses", verbose_name=_("order"))
    role = models.CharField(_("role"), max_length=10, choices=AddressRole)
    reference = models.CharField(_("reference"), max_length=200, blank=True)
    company = models.CharField(_("company"), max_length=200, blank=True)
    department = models.CharField(_("department"), max_length=200, blank=True)
    firstname = models.CharField(_("first name"), max_length=200, blank=True)
    lastname = models.CharField(_("last name"), max_length=200, blank=True)
    street = models.CharField(_("street"), max_length=200, blank=True)
    care_of = models.CharField(_("care of"), max_length=200, blank=True)
    zip = models.CharField(_("postcode"), max_length=200, blank=True)
    city = models.CharField(_("city"), max_length=200, blank=True)
    district = models.CharField(_("district"), max_length=200, blank=True)
    state_code = models.CharField(pgettext_lazy("address", "state"), max_length=200, blank=True)
    country_code = models.CharField(_("country"), max_length=200, blank=True)
    phone = models.CharField(_("telephone"), max_length=200, blank=True)
    fax = models.CharField(_("fax"), max_length=200, blank=True)
    mobile = models.CharField(_("mobile"), max_length=200, blank=True)
    email = models.CharField(_("e-mail"), max_length=255, blank=True)
    vat_id = models.CharField(_("VAT ID"), max_length=200, blank=True)
    commercial_register_entry = models.CharField(_("commercial register"), max_length=200, blank=True)
    iban = models.CharField(_("IBAN"), max_length=200, blank=True)
    bic_or_swift = models.CharField(_("BIC or SWIFT"), max_length=200, blank=True)
    account_holder = models.CharField(_("account holder"), max_length=200, blank=True)
    eori_number = models.CharField(_("EORI number"), max_length=200, blank=True)
    # Of shipper and export: an address that the vendor keeps; the rest may be empty then.
    address_id = models.CharField(
        _("address number at the vendor"), max_length=64, blank=True, default="", db_default=""
    )
    address_key = models.CharField(_("address key at the vendor"), max_length=64, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        constraints = [models.UniqueConstraint(fields=["order", "role"], name="one_address_per_role")]
        # Whoever stands in an order of somebody else is found by e-mail, or by street and name.
        indexes = [
            models.Index(Lower("email"), condition=~Q(email=""), name="address_email"),
            models.Index(Lower("street"), condition=~Q(street=""), name="address_street"),
        ]

    def __str__(self) -> str:
        name = f"{self.firstname} {self.lastname}".strip()
        return ", ".join(part for part in (self.company, name, self.street, f"{self.zip} {self.city}".strip()) if part)

    @property
    def field(self) -> str:
        """The name under which storefronts give it."""
        return AddressRole(self.role).field
