"""The parts of roles: every right that anything asks for is in one, and shipped roles are made of them."""

import re
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.test import RequestFactory

from backoffice.accounts.granting import grant_to_holders, take_from_all
from backoffice.accounts.services.rights.catalogue import PARTS, left_over, part_of, permissions_of, whole_parts
from backoffice.accounts.services.rights.shipped import READING, SHIPPED
from backoffice.sight import SIGHTS, may_see, personal, reading
from tests.backoffice.test_shape import PRODUCT, ROOT

# The name of a push, a library's rights to what it keeps by our keys' name, and one that only a guard forbids.
NO_RIGHT = {
    "fulfillment.add_shipment", "rest_framework_api_key.add_apikey", "rest_framework_api_key.change_apikey",
    "rest_framework_api_key.view_apikey", "rules.delete_rule",
}  # fmt: skip
# They belong to what their part says, beside one that its pages ask for.
ALONG = {
    "catalog.add_catalogrules", "catalog.view_categoryrule", "catalog.add_categoryrule", "catalog.change_categoryrule",
    "catalog.delete_categoryrule", "catalog.change_variant", "marketing.add_mailcampaign",
}  # fmt: skip
# Shares permissions in its command, and has none of its own.
OUTSIDE = ("backoffice/accounts/services/rights/", "backoffice/sandbox/")


class Asked(User):
    """Somebody who may do everything, and notes what is asked."""

    asked: set[str] = set()

    class Meta:
        proxy = True
        app_label = "auth"

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        self.asked.add(perm)
        return True


# It is no model of the product: tests that walk over all of those must not meet it.
apps.all_models["auth"].pop("asked")
apps.clear_cache()


def existing() -> set[str]:
    models = apps.get_models()
    default = {
        f"{one._meta.app_label}.{action}_{one._meta.model_name}"
        for one in models
        for action in one._meta.default_permissions
    }
    return default | {
        f"{one._meta.app_label}.{codename}" for one in models for codename, _name in one._meta.permissions
    }


def asked_in_code() -> Iterator[str]:
    """Yield rights that stand in the code, whole or as what a model's pages ask for ("resend_push")."""
    known = existing()
    by_codename: dict[str, set[str]] = {}
    for right in known:
        by_codename.setdefault(right.partition(".")[2], set()).add(right)
    for path in (path for folder in PRODUCT for path in (ROOT / folder).rglob("*.py")):
        if "migrations" not in path.parts and not str(path.relative_to(ROOT)).startswith(OUTSIDE):
            for text in re.findall(r'"([a-z_]+(?:\.[a-z_]+)?)"', path.read_text()):
                yield from {text} & known or by_codename.get(text, set())


def asked_by_pages() -> set[str]:
    import_module("backoffice.urls")
    request = RequestFactory().get("/")
    request.user = Asked(is_superuser=True)
    Asked.asked.clear()
    for page in admin.site._registry.values():
        for inline in (page, *(kind(page.model, admin.site) for kind in page.inlines)):
            for action in ("view", "add", "change", "delete"):
                getattr(inline, f"has_{action}_permission")(*([request, None] if inline is not page else [request]))
    return set(Asked.asked)


def test_every_right_that_is_asked_for_is_in_one_part() -> None:
    in_use = (asked_by_pages() | set(asked_in_code())) - NO_RIGHT
    assert len(in_use) > 120
    assert sorted(right for right in in_use if part_of(right) is None) == []
    counts = Counter(right for part in PARTS.values() for right in part.permissions)
    assert [right for right, count in counts.items() if count > 1] == []


def test_every_part_lets_somebody_do_something() -> None:
    in_use = asked_by_pages() | set(asked_in_code())
    assert [name for name, part in PARTS.items() if not part.permissions & in_use] == []
    assert permissions_of(PARTS) - in_use == ALONG
    assert not {right for right in in_use if right.startswith("axes.")}, "a part of it would be noticed"


def test_every_right_of_a_part_exists() -> None:
    assert permissions_of(PARTS) - existing() == set()
    assert {"accounts.see_nothing"} - existing()


def test_parts_are_sentences_of_their_own() -> None:
    sentences = [str(part.sentence) for part in PARTS.values()]
    assert len(set(sentences)) == len(sentences)
    assert [one for one in sentences if one.endswith(".") or not one[0].isupper()] == []


@pytest.mark.django_db
def test_shipped_roles_are_made_of_whole_parts() -> None:
    call_command("setup_groups", verbosity=0)
    for role in SHIPPED:
        rows = Group.objects.get(name=role.name).permissions.select_related("content_type")
        rights = {f"{row.content_type.app_label}.{row.codename}" for row in rows}
        assert {part.name for part in whole_parts(rights)} == role.parts
        assert left_over(rights) == set()
        assert rights >= permissions_of(READING)
    assert left_over({"engine.view_push", "orders.view_order"}) == {"engine.view_push"}


@pytest.mark.django_db
def test_who_saw_it_until_now_goes_on_seeing_it() -> None:
    own, other = Group.objects.create(name="Own"), Group.objects.create(name="Other")
    own.permissions.set(Permission.objects.filter(codename="view_order"))
    other.permissions.set(Permission.objects.filter(codename="view_shop"))
    mara = User.objects.create_user("mara")
    mara.user_permissions.set(Permission.objects.filter(codename="view_variant"))
    Permission.objects.filter(codename="see_purchase_prices").delete()
    held = ["orders.view_order", "catalog.view_variant"]
    grant_to_holders(apps, "accounts.see_purchase_prices", model="shop", name="Can see them", held=held)
    grant_to_holders(apps, "accounts.see_payments", model="shop", name="Can see them", held=["engine.view_drift"])
    right = Permission.objects.get(codename="see_purchase_prices")
    assert list(right.group_set.all()) == [own]
    assert list(right.user_set.all()) == [mara]
    assert not Group.objects.filter(permissions__codename="see_payments").exists()
    assert User.objects.get(username="mara").has_perm("accounts.see_purchase_prices")


@pytest.mark.django_db
def test_a_right_that_nothing_asks_for_is_taken_from_everybody() -> None:
    own, mara = Group.objects.create(name="Own"), User.objects.create_user("mara")
    kept, unused = (Permission.objects.get(codename=name) for name in ("view_order", "view_accesslog"))
    own.permissions.set([kept, unused])
    mara.user_permissions.set([unused])
    take_from_all(apps, ["axes.view_accesslog", "axes.no_such_right"])
    assert list(own.permissions.all()) == [kept]
    assert not mara.user_permissions.exists()


def test_what_is_personal_is_masked_for_who_may_not_see_it() -> None:
    assert may_see(*SIGHTS)
    assert personal("Jana Kuhn") == "Jana Kuhn"
    with reading(lambda right: right == "accounts.see_payments"):
        assert (personal("Jana Kuhn"), personal("")) == ("•••", "")
        assert may_see("accounts.see_payments")
        assert not may_see(*SIGHTS)
    assert personal("Jana Kuhn") == "Jana Kuhn"
