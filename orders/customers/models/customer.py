"""A person behind one or more e-mail addresses, and what staff wrote down about them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

LONGEST_PREFERENCES = 500
LONGEST_NOTE = 2000


class CustomerQuerySet(models.QuerySet["Customer"]):
    def locked(self, *keys: int) -> dict[int, "Customer"]:
        """Return these customers by key, locked to the end of the transaction, always in the same order."""
        return {row.pk: row for row in self.select_for_update().filter(pk__in=keys).order_by("pk")}


class Customer(models.Model):
    """Somebody of whom more is known than orders say: made when the first such thing is written down."""

    # What whoever works on an order of theirs has to know, on top of each.
    preferences = models.TextField(_("preferences"), max_length=LONGEST_PREFERENCES, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")

    def __str__(self) -> str:
        return str(self.pk)


class CustomerEmail(models.Model):
    """An e-mail address of a customer, in lower case; those that are merged have several."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="emails", verbose_name=_("customer"))
    email = models.EmailField(_("e-mail"), max_length=255, unique=True)

    class Meta:
        verbose_name = _("customer's e-mail")
        verbose_name_plural = _("customers' e-mails")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.email


class CustomerNote(models.Model):
    """What somebody wrote down about a customer; never changed, only removed."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="notes", verbose_name=_("customer"))
    text = models.TextField(_("note"), max_length=LONGEST_NOTE)
    written_by = models.CharField(_("by"), max_length=150)
    written_at = models.DateTimeField(_("written"), auto_now_add=True)

    class Meta:
        verbose_name = _("customer note")
        verbose_name_plural = _("customer notes")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.text
