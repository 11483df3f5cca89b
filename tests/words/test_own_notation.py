"""Numbers, keys and titles as their reader writes them, on pages that are Django's or Unfold's too."""

from decimal import Decimal

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.text import capfirst

from backoffice.audit.admin.words import kind_choices, kind_word
from backoffice.staff.base import StaffAdmin
from backoffice.staff.templatetags.desk import percent
from backoffice.text.translatable import gettext, render, serialize
from catalog.admin.prices.rows import Cell
from catalog.services.change_sets.guards import _some


@pytest.mark.parametrize(
    ("language", "shown", "price"), [("en", ["12.5%", "10%"], "12.34"), ("de", ["12,5\u00a0%", "10\u00a0%"], "12,34")]
)
def test_percent_and_prices_are_written_as_in_the_readers_language(language: str, shown: list[str], price: str) -> None:
    with translation.override(language):
        assert [percent(Decimal("12.5")), percent("10")] == shown
        assert Cell("sales", "12.34", None, editable=True).shown == price
        assert Cell("sales", "12.00", "12.34", editable=True).shown == price


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Below the purchase price (50: 0.01 < 14.99, 100: -2.5%)."),
        ("de", "Unter dem Einkaufspreis (50: 0,01 < 14,99, 100: -2,5\u00a0%)."),
    ],
)
def test_a_guard_that_is_kept_is_read_in_the_readers_notation(language: str, text: str) -> None:
    kept = serialize(
        gettext("Below the purchase price (%(tiers)s).") % {"tiers": _some(["50: 0.01 < 14.99", "100: -2.5 %"])}
    )
    with translation.override(language):
        assert render(kept) == text


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "keys"), [("en", "Ctrl + K"), ("de", "Strg + K")])
def test_keys_are_called_as_they_are_printed_on_the_keyboard(client: Client, language: str, keys: str) -> None:
    client.force_login(User.objects.create_superuser("mara"))
    assert keys in client.get("/admin/", headers={"Accept-Language": language}).content.decode()


@pytest.mark.django_db
def test_a_list_is_called_by_what_it_lists(client: Client) -> None:
    client.force_login(User.objects.create_superuser("mara"))
    seen = 0
    for model, of in admin.site._registry.items():
        answer = client.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"))
        if isinstance(of, StaffAdmin) and answer.status_code == 200 and "cl" in (answer.context or {}):
            seen += 1
            assert str(answer.context["title"]) == capfirst(str(of.opts.verbose_name_plural))
    assert seen > 0


def test_no_kind_of_audit_entry_is_called_as_django_calls_links() -> None:
    assert [word for _label, word in kind_choices() if "relationship" in word] == []
    assert kind_word("auth.user_groups") == "role of a person"
