"""What staff type on the page of a customer."""

from django import forms
from django.utils.translation import gettext_lazy as _

from backoffice.staff.text_fields import CodeField, EmailCodeField, ParagraphField
from orders.customers.admin.context import CustomerContext
from orders.customers.models.customer import LONGEST_NOTE, LONGEST_PREFERENCES

LONGEST_EMAIL = 255


class NamedCustomerForm(forms.Form):
    """Names the customer."""

    # As it is in the order, in whatever form.
    email = CodeField(max_length=LONGEST_EMAIL, widget=forms.HiddenInput)


class CustomerNoteForm(NamedCustomerForm):
    text = ParagraphField(label=_("New note"), max_length=LONGEST_NOTE, widget=forms.Textarea({"rows": 3}))


class PreferencesForm(NamedCustomerForm):
    """`before` is what stood there when the page was read."""

    preferences = ParagraphField(
        label=_("Preferences"), required=False, max_length=LONGEST_PREFERENCES, widget=forms.Textarea({"rows": 2})
    )
    before = ParagraphField(required=False, widget=forms.HiddenInput)


class MergeForm(NamedCustomerForm):
    other = EmailCodeField(label=_("E-mail of the same customer"), max_length=LONGEST_EMAIL)


def forms_for(context: CustomerContext) -> dict[str, forms.Form]:
    """Return the forms of the customer's page by name, as nobody has typed anything yet."""
    who, customer = {"email": context.email}, context.person.customer
    kept = customer.preferences if customer else ""
    return {
        "note_form": CustomerNoteForm(initial=who, auto_id="note_%s"),
        "preferences_form": PreferencesForm(
            initial={**who, "preferences": kept, "before": kept}, auto_id="preferences_%s"
        ),
        "merge_form": MergeForm(initial=who, auto_id="merge_%s"),
    }
