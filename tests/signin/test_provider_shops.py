"""Who leaves a group at the provider sees no more shops than before."""

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Group, User
from django.test import Client

from backoffice.accounts.models import Shop, ShopRestriction
from backoffice.accounts.services.visibility import BY_PROVIDER, set_shops, visible_shops
from backoffice.audit.models import AuditEntry
from backoffice.audit.services.chain import close_all, head
from backoffice.signin.services import single_sign_on
from backoffice.signin.services.single_sign_on import Claims, apply_claims

MAPPED = {"paris": "Paris desk", "berlin": "Berlin desk", "readers": "Readers"}


@pytest.fixture
def shops(clara: User, settings: LazySettings) -> dict[str, int]:
    """Return Clara's shops by code: she is of the Paris desk, and reads."""
    settings.OIDC = settings.OIDC | {"groups": MAPPED}
    made = {}
    for code in ("Paris", "Berlin"):
        shop = Shop.objects.create(code=code.upper(), name=code)
        group = Group.objects.create(name=f"{code} desk")
        ShopRestriction.objects.create(group=group, set_by="root").shops.add(shop)
        made[code] = shop.pk
    Group.objects.create(name="Readers")
    sign_in(clara, "paris", "readers")
    assert seen(clara) == {made["Paris"]}
    return made


def sign_in(user: User, *groups: str) -> None:
    apply_claims(user, Claims(user.email, True, frozenset(groups)))


def seen(user: User) -> frozenset[int] | None:
    return visible_shops(User.objects.get(pk=user.pk))


def test_who_loses_the_last_restricted_role_goes_on_seeing_its_shops(clara: User, shops: dict[str, int]) -> None:
    close_all()
    before = head().position
    sign_in(clara, "readers")
    assert {group.name for group in clara.groups.all()} == {"Readers"}
    assert seen(clara) == {shops["Paris"]}
    Shop.objects.create(code="NEW", name="New")
    sign_in(clara, "readers")
    assert seen(clara) == {shops["Paris"]}, "and at each sign-in that follows"
    close_all()
    [entry] = AuditEntry.objects.filter(pk__gt=before, object_type="accounts.shoprestriction")
    assert entry.values["set_by"] == BY_PROVIDER


def test_control_without_it_every_shop_would_be_seen(
    clara: User, shops: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single_sign_on, "keep_shops", lambda user, *, seen: None)
    sign_in(clara, "readers")
    assert seen(clara) is None


def test_another_restricted_role_takes_its_place(clara: User, shops: dict[str, int]) -> None:
    sign_in(clara, "berlin", "readers")
    assert seen(clara) == {shops["Berlin"]}
    assert not ShopRestriction.objects.filter(user=clara).exists()
    sign_in(clara, "readers")
    sign_in(clara, "paris", "readers")
    assert seen(clara) == {shops["Paris"]}
    assert not ShopRestriction.objects.filter(user=clara).exists(), "what was kept ends"


def test_what_an_administrator_says_stays(clara: User, shops: dict[str, int]) -> None:
    root = User.objects.create_superuser("root")
    sign_in(clara, "readers")
    page = f"/admin/auth/user/{clara.pk}/change/"
    client = Client()
    client.force_login(root)
    assert "Single sign-on removed the last role" in client.get(page).content.decode()
    set_shops(User.objects.get(pk=clara.pk), [Shop.objects.get(pk=shops["Berlin"])], actor=root)
    assert "Single sign-on removed the last role" not in client.get(page).content.decode()
    sign_in(clara, "paris")
    assert seen(clara) == {shops["Berlin"]}
    set_shops(User.objects.get(pk=clara.pk), None, actor=root)
    sign_in(clara)
    assert seen(clara) == {shops["Paris"]}, "it was lifted while a role restricted her"


def test_who_was_never_restricted_is_not_by_it(shops: dict[str, int]) -> None:
    tom = User.objects.create_user("tom", "tom@example.com", is_staff=True)
    sign_in(tom, "readers")
    sign_in(tom)
    assert seen(tom) is None
