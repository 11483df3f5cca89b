"""What staff type about complaints."""

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from backoffice.staff.text_fields import CodeField, ParagraphField
from backoffice.text.translatable import gettext as _t
from fulfillment.models import Shipment
from orders.complaints.models import Bearer, ComplaintCause, Payer
from orders.complaints.models.complaint import LONGEST_TEXT
from orders.complaints.services.photos import MOST_PHOTOS, TAKEN
from orders.models import Order, OrderLine

LONGEST_NOTE = 1000
MOST_PIECES = 2_147_483_647


class PhotosInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Some pictures at once; what they are is looked at when they are kept."""

    def __init__(self, **options: Any) -> None:
        widget = PhotosInput({"accept": ",".join(TAKEN), "multiple": True})
        super().__init__(
            label=_("Photos"),
            help_text=_("JPEG, PNG or WebP, at most 20 MB each"),
            widget=widget,
            max_length=255,
            **options,
        )

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if self.required and not given:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if len(given) > MOST_PHOTOS:
            raise forms.ValidationError(_("At most %(most)d photos."), code="most", params={"most": MOST_PHOTOS})
        return [super(PhotosField, self).clean(one, initial) for one in given]


class AboutForm(forms.Form):
    """What went wrong, and who bears it."""

    cause = forms.ChoiceField(label=_("What went wrong"), choices=ComplaintCause.choices, widget=forms.RadioSelect)
    text = ParagraphField(
        label=_("Customer's description"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea({"rows": 3}),
    )
    bearer = forms.ChoiceField(label=_("Who bears the cost"), choices=Bearer.choices)


class PiecesForm(forms.Form):
    """So many pieces of each line. `most` and `initial_pieces` are by the key of the line."""

    def __init__(
        self,
        *arguments: Any,
        lines: Iterable[OrderLine],
        most: dict[int, int],
        initial_pieces: dict[int, int],
        **named: Any,
    ) -> None:
        super().__init__(*arguments, **named)
        self.lines = list(lines)
        for line in self.lines:
            self.fields[f"pieces_{line.pk}"] = forms.IntegerField(
                label=line.sku or line.name,
                required=False,
                min_value=0,
                max_value=most.get(line.pk, MOST_PIECES),
                initial=initial_pieces.get(line.pk, 0),
                widget=forms.NumberInput({"inputmode": "numeric"}),
            )

    @property
    def quantities(self) -> dict[int, int]:
        return {line.pk: self.cleaned_data.get(f"pieces_{line.pk}") or 0 for line in self.lines}

    def rows(self) -> list[tuple[OrderLine, forms.BoundField]]:
        """Return each line with its field."""
        return [(line, self[f"pieces_{line.pk}"]) for line in self.lines]


class OpenForm(AboutForm, PiecesForm):
    """A new complaint. Left out, the bearer is who usually bears such a cost."""

    parcel = forms.ModelChoiceField(
        label=_("Parcel"), required=False, queryset=Shipment.objects.none(), empty_label=_("none in particular")
    )
    everything = forms.BooleanField(label=_("All pieces"), required=False)
    photos = PhotosField(required=False)
    token = CodeField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, order: Order, left: dict[int, int], **named: Any) -> None:
        lines = list(order.lines.all())
        only = {lines[0].pk: left[lines[0].pk]} if len(lines) == 1 else {}
        super().__init__(*arguments, lines=lines, most=left, initial_pieces=only, **named)
        self.left = left
        self.fields["parcel"].queryset = order.shipments.all()  # type: ignore[attr-defined]
        self.fields["bearer"] = forms.ChoiceField(
            label=_("Who bears the cost"), required=False, choices=[("", _("default for this cause")), *Bearer.choices]
        )
        self.fields["token"].initial = uuid.uuid4().hex

    @property
    def quantities(self) -> dict[int, int]:
        return self.left if self.cleaned_data.get("everything") else super().quantities


class PhotosForm(forms.Form):
    photos = PhotosField()


class RefundForm(forms.Form):
    """What is paid back in the order's currency, and by whom."""

    amount = forms.DecimalField(max_digits=13, decimal_places=3, localize=True)
    payer = forms.ChoiceField(label=_("Paid by"), choices=Payer.choices)
    token = CodeField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, currency: str, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["amount"].label = _t("Amount, gross, in %(currency)s") % {"currency": currency}


class EndForm(forms.Form):
    """Why nothing more is done."""

    note = ParagraphField(label=_("Note"), required=False, max_length=LONGEST_NOTE, widget=forms.Textarea({"rows": 2}))


class AnswerForm(EndForm):
    """What came back to a claim; without an amount it was refused."""

    credit = forms.DecimalField(required=False, max_digits=13, decimal_places=3, localize=True)
    field_order = ["credit", "note"]

    def __init__(self, *arguments: Any, currency: str, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["credit"].label = _t("Credit in %(currency)s") % {"currency": currency}


class ExpressForm(forms.Form):
    is_express = forms.BooleanField(label=_("Express, at extra cost"), required=False)
