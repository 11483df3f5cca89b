"""The filters of lists are written as Django's own templates would write them."""

import re
from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates

from backoffice.staff.filter_form import FilterForm, choice_field, day_field
from backoffice.staff.plain_forms import PlainRenderer
from tests.browser.hostile.words import HOSTILE


class EveryField(FilterForm):
    state = choice_field("State <b>", [(text[:20], text) for text in HOSTILE])
    grouped = forms.ChoiceField(label="Grouped", required=False, choices=[("A & B", [("1", "one"), ("2", "two")])])
    many = forms.MultipleChoiceField(label="Many", required=False, choices=[("1", "one")])
    since = day_field("Since")
    count = forms.IntegerField(label='Count "n"', required=False, disabled=True, help_text="help")


def written(renderer: Any, data: dict[str, str]) -> list[str]:
    form = EveryField(data, renderer=renderer)
    fields = [text for name in form.fields for text in (str(form[name]), form[name].label_tag())]
    return [re.sub(r">\s+<", "><", text).strip() for text in fields]


@pytest.mark.parametrize(
    "data", [{}, {"q": HOSTILE[1], "state": HOSTILE[1][:20], "grouped": "2", "since": "2026-01-31", "count": "7"}]
)
def test_fields_are_written_as_templates_write_them(data: dict[str, str]) -> None:
    assert written(PlainRenderer(), data) == written(DjangoTemplates(), data)


def test_a_filter_by_the_key_of_a_row_says_its_name() -> None:
    class Filters(FilterForm):
        shop = choice_field("Shop", [(7, "Paper & Pine")])

    assert Filters({"shop": "7"}).active == [("shop", "Shop", "Paper & Pine")]
