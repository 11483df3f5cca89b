"""What staff choose of a key."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import ApiKey, Shop
from backoffice.accounts.models.shop import Scope
from backoffice.accounts.services.api_keys import KeyValues
from backoffice.accounts.services.key_networks import read_networks
from backoffice.accounts.services.key_scopes import givable_scopes
from backoffice.errors import InvalidInput
from backoffice.staff.filter_form import RowField
from backoffice.staff.text_fields import LineField, ParagraphField
from backoffice.text.datetimes import start_of_day

# A key that somebody forgets should end by itself.
_USUAL_DAYS = 365
_LONGEST_NETWORKS = 4000


class ScopeBoxes(forms.CheckboxSelectMultiple):
    """Ticks, of which those outside of `open_values` cannot be set."""

    open_values: Collection[str] = ()

    def create_option(self, name: str, value: Any, *args: Any, **options: Any) -> dict[str, Any]:
        made = super().create_option(name, value, *args, **options)
        if str(value) not in self.open_values:
            made["attrs"]["disabled"] = True
        return made


class ApiKeyForm(forms.Form):
    """A new key, or all of an existing one that can be changed."""

    shop = RowField(Shop.objects.order_by("name"), label=_("Shop"), empty_label=None)
    name = LineField(label=_("Name"), max_length=50, help_text=_("Where it is used, e.g. Web shop or Warehouse."))
    is_test = forms.BooleanField(label=_("Test key"), required=False)
    scopes = forms.MultipleChoiceField(label=_("Permissions"), choices=Scope.choices, widget=ScopeBoxes)
    last_day = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Leave empty for no expiry. The inbox reminds you two weeks before."),
    )
    networks = ParagraphField(
        label=_("Allowed networks"), max_length=_LONGEST_NETWORKS, required=False, widget=forms.Textarea({"rows": 3})
    )

    def __init__(self, *args: Any, user: User, key: ApiKey | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.key = key
        self.givable = set(givable_scopes(user))
        held = set(key.scopes) if key else set()
        self.fields["scopes"].widget.open_values = self.givable | held
        if key is None:
            usual = timezone.localdate() + timedelta(days=_USUAL_DAYS)
            self.initial = {"scopes": sorted(self.givable), "last_day": usual}
            return
        del self.fields["shop"], self.fields["is_test"]
        last_day = timezone.localtime(key.expiry_date - timedelta(microseconds=1)).date() if key.expiry_date else None
        networks = "\n".join(key.networks)
        self.initial = {"name": key.name, "scopes": key.scopes, "last_day": last_day, "networks": networks}

    @property
    def lacks_rights(self) -> bool:
        """Whether there are scopes that the user may not give."""
        return len(self.givable) < len(Scope)

    def clean_last_day(self) -> datetime | None:
        """Return when the key ends: with that day."""
        day = self.cleaned_data["last_day"]
        try:
            return start_of_day(day + timedelta(days=1)) if day else None
        except (OverflowError, ValueError):
            raise ValidationError(_("That day is too far in the future.")) from None

    def clean_networks(self) -> tuple[str, ...]:
        try:
            return tuple(read_networks(self.cleaned_data["networks"]))
        except InvalidInput as error:
            raise ValidationError(error.text) from None

    @property
    def values(self) -> KeyValues:
        """Of a valid form."""
        given = self.cleaned_data
        return KeyValues(
            name=given["name"],
            scopes=tuple(given["scopes"]),
            expires_at=given["last_day"],
            networks=given["networks"],
        )


class RotateForm(forms.Form):
    """How long the old secret works beside the new one, in hours."""

    overlap = forms.TypedChoiceField(
        label=_("End of the old secret"),
        coerce=int,
        initial=168,
        choices=[
            (168, _("in 7 days")),
            (24, _("in 1 day")),
            (1, _("in 1 hour")),
            (720, _("in 30 days")),
            (0, _("now")),
        ],
    )
