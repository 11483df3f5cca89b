"""What staff type: a text, with the token that its page gave it."""

import uuid

from django import forms
from django.utils.translation import gettext_lazy

from backoffice.staff.text_fields import CodeField, ParagraphField
from orders.services.annotations import LONGEST_NOTE

LONGEST = LONGEST_NOTE


class CommentForm(forms.Form):
    """A text; its token says whether it was kept before."""

    text = ParagraphField(label=gettext_lazy("Comment"), max_length=LONGEST)
    token = CodeField(required=False, max_length=36)

    def clean_token(self) -> uuid.UUID | None:
        """Return the token; what is none was not made by our page and stands for none."""
        try:
            return uuid.UUID(self.cleaned_data["token"])
        except ValueError:
            return None


class EditForm(forms.Form):
    """A comment as it is to be read from now on."""

    text = ParagraphField(
        label=gettext_lazy("Comment"), max_length=LONGEST, widget=forms.Textarea({"rows": 6, "autofocus": True})
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


def first_error(form: forms.Form) -> str:
    """Return what is wrong with the form, in a sentence."""
    return str(next(iter(form.errors.values()))[0])


def new_token() -> str:
    return str(uuid.uuid4())
