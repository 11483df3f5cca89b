"""Staff and roles on their pages: in words, made of parts, and nobody gives or takes what they lack."""

import re

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backoffice.accounts.models import Shop, ShopRestriction
from backoffice.accounts.services.rights.catalogue import PARTS, permissions_of
from backoffice.accounts.services.rights.holders import explain, find_holders
from backoffice.accounts.services.rights.roles import save_role
from backoffice.accounts.services.rights.shops import shops_of_people
from backoffice.accounts.services.visibility import visible_shops
from backoffice.errors import DomainError, IllegalTransition, NotAllowed
from backoffice.signin.models import FactorRequirement
from backoffice.signin.services.people import PersonValues, change_person, set_active
from backoffice.signin.services.single_sign_on import Claims, apply_claims
from tests.signin.conftest import Enter, is_in

STAFF, ROLES = "/admin/auth/user/", "/admin/auth/group/"


@pytest.fixture(autouse=True)
def shipped(db: None) -> None:
    call_command("setup_groups", verbosity=0)


def member(name: str, *roles: str, superuser: bool = False, rights: tuple[str, ...] = ()) -> User:
    user = User.objects.create_user(name, f"{name}@example.com", is_staff=True, first_name=name.title())
    user.groups.set(Group.objects.filter(name__in=roles))
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    User.objects.filter(pk=user.pk).update(is_superuser=superuser)
    return User.objects.get(pk=user.pk)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def values_of(user: User, *groups: Group, **more: bool) -> PersonValues:
    return PersonValues(user.username, user.first_name, user.last_name, user.email, groups, **more)


def test_staff_are_listed_with_roles_shops_and_second_factor() -> None:
    root, clara = member("root", superuser=True), member("clara", "Order desk")
    shop = Shop.objects.create(code="WEB", name="Printed with love")
    ShopRestriction.objects.create(user=clara, set_by="root").shops.add(shop)
    FactorRequirement.objects.create(group=clara.groups.get(), set_by="root")
    client = client_of(root)
    page = words(client.get(STAFF).content.decode())
    assert "Clara clara@example.com Order desk Printed with love" in page
    assert "missing" in page
    assert "Root Superuser root@example.com may do everything all" in page
    found = words(client.get(f"{STAFF}?q=CLARA").content.decode())
    assert "clara@example.com" in found
    assert "Superuser root@example.com" not in found
    assert "No staff match" in client.get(f"{STAFF}?state=inactive").content.decode()


def test_the_list_asks_as_much_for_thirty_as_for_one() -> None:
    client = client_of(member("root", superuser=True))
    member("clara", "Order desk")
    client.get(STAFF)
    with CaptureQueriesContext(connection) as one:
        client.get(STAFF)
    for number in range(30):
        member(f"m{number}", "Order desk", "Read only")
    with CaptureQueriesContext(connection) as thirty:
        client.get(STAFF)
    assert len(one) == len(thirty) <= 13


def test_a_page_says_what_somebody_may_do_and_from_which_role() -> None:
    root, clara = member("root", superuser=True), member("clara", "Read only", "Production desk")
    clara.user_permissions.add(Permission.objects.get(codename="view_draftorder"))
    page = words(client_of(root).get(f"{STAFF}{clara.pk}/change/").content.decode())
    assert "What may Clara do?" in page
    assert "Fetch labels and report parcels Production desk" in page
    assert "Enter orders by hand and place them (in part) granted directly" in page
    assert "May not" in page
    assert "block Release, hold, edit and cancel orders" in page
    held = {one.part.name: one for area in explain(clara) for one in area.held}
    assert held["orders.see"].roles == ["Production desk", "Read only"]
    assert not held["drafts.place"].is_whole


def test_who_may_do_something_is_found_with_the_role_that_brings_it() -> None:
    root, _clara, otto = member("root", superuser=True), member("clara", "Read only"), member("otto", "Operations")
    switched_off = member("eve", "Operations")
    User.objects.filter(pk=switched_off.pk).update(is_active=False)
    found = find_holders(PARTS["keys.manage"])
    assert [(one.person, one.roles) for one in found] == [(otto, ["Operations"]), (root, [])]
    page = words(client_of(root).get(f"{ROLES}who/?part=keys.manage").content.decode())
    assert "Roles that allow it: Operations" in page
    assert client_of(root).get(f"{ROLES}who/?part=nothing").status_code == 404


def test_roles_are_cards_in_words() -> None:
    save_role(None, name="Packer", parts=["production.see", "orders.see"], actor=member("root", superuser=True))
    page = words(client_of(User.objects.get(username="root")).get(ROLES).content.decode())
    assert re.search(r"Packer 0 people .*See the work list .*May not .*See purchase prices and margins", page)
    assert "Sees everything, changes nothing." in page


def test_a_role_is_made_copied_and_changed_by_ticks() -> None:
    root = member("root", superuser=True)
    client, desk = client_of(root), Group.objects.get(name="Order desk")
    copied = client.get(f"{ROLES}add/?copy={desk.pk}").content.decode()
    assert 'value="Copy of Order desk"' in copied
    assert re.search(r'value="orders.change" checked', copied)
    answer = client.post(f"{ROLES}add/", {"name": "Night desk", "parts": ["orders.see", "orders.change"]})
    role = Group.objects.get(name="Night desk")
    assert answer["Location"] == f"{ROLES}{role.pk}/change/"
    assert rights_of(role) == {"orders.view_order", "orders.change_order"}
    role.permissions.add(Permission.objects.get(codename="view_push"))
    client.post(f"{ROLES}{role.pk}/edit/", {"name": "Night", "parts": ["orders.see"], "keeps_rest": "on"})
    role.refresh_from_db()
    assert (role.name, rights_of(role)) == ("Night", {"orders.view_order", "engine.view_push"})
    client.post(f"{ROLES}{role.pk}/edit/", {"name": "Night", "parts": ["orders.see"]})
    assert rights_of(role) == {"orders.view_order"}
    assert "Another role already has this name" in client.post(f"{ROLES}add/", {"name": "night"}).content.decode()


def rights_of(role: Group) -> set[str]:
    return {f"{one.content_type.app_label}.{one.codename}" for one in role.permissions.select_related("content_type")}


def test_shipped_roles_stay_and_those_in_use_are_not_removed() -> None:
    client, desk = client_of(member("root", superuser=True)), Group.objects.get(name="Order desk")
    before = rights_of(desk)
    assert client.post(f"{ROLES}{desk.pk}/edit/", {"name": "Mine", "parts": []}).status_code == 403
    client.post(f"{ROLES}{desk.pk}/delete/")
    assert rights_of(Group.objects.get(name="Order desk")) == before
    own = Group.objects.create(name="Own")
    member("clara", "Own")
    client.post(f"{ROLES}{own.pk}/delete/")
    assert Group.objects.filter(name="Own").exists()
    own.user_set.clear()
    client.post(f"{ROLES}{own.pk}/delete/")
    assert not Group.objects.filter(name="Own").exists()


def test_nobody_puts_into_a_role_what_they_lack() -> None:
    rights = ("add_group", "change_group", "delete_group", "view_group", "view_order")
    mara = member("mara", rights=rights)
    client = client_of(mara)
    with pytest.raises(NotAllowed, match="Release, hold"):
        save_role(None, name="Mine", parts=["orders.see", "orders.change"], actor=mara)
    answer = client.post(f"{ROLES}add/", {"name": "Mine", "parts": ["orders.change"]})
    assert "You cannot give permissions that you do not have yourself" in answer.content.decode()
    assert not Group.objects.filter(name="Mine").exists()
    # Nor do they take it from others: a role with more than they have is not theirs to change.
    lead = Group.objects.create(name="Lead")
    lead.permissions.set(Permission.objects.filter(codename__in=["view_order", "approve_changeset"]))
    assert client.post(f"{ROLES}{lead.pk}/edit/", {"name": "Lead", "parts": ["orders.see"]}).status_code == 403
    client.post(f"{ROLES}{lead.pk}/delete/")
    assert len(rights_of(Group.objects.get(name="Lead"))) == 2
    # What they have they give.
    assert client.post(f"{ROLES}add/", {"name": "Mine", "parts": ["orders.see"]}).status_code == 302
    assert rights_of(Group.objects.get(name="Mine")) == {"orders.view_order"}


def test_nobody_gives_or_takes_roles_that_they_lack() -> None:
    otto, anna = member("otto", "Operations"), member("anna", "Read only")
    lead, read = Group.objects.get(name="Catalogue lead"), Group.objects.get(name="Read only")
    with pytest.raises(NotAllowed, match="Catalogue lead"):
        change_person(anna, values_of(anna, read, lead), actor=otto)
    assert list(anna.groups.all()) == [read]
    anna.groups.add(lead)
    with pytest.raises(NotAllowed):
        change_person(anna, values_of(anna, read), actor=otto)
    assert anna.groups.count() == 2
    change_person(anna, values_of(anna, read), actor=member("root", superuser=True))
    assert list(anna.groups.all()) == [read]


def test_nobody_gives_shops_that_they_do_not_see() -> None:
    web, paris = (Shop.objects.create(code=code, name=code) for code in ("WEB", "PAR"))
    otto, anna = member("otto", "Operations"), member("anna", "Read only")
    for user, shop in ((otto, web), (anna, paris)):
        ShopRestriction.objects.create(user=user, set_by="root").shops.add(shop)
    with pytest.raises(NotAllowed, match="rights or shops"):
        set_active(User.objects.get(pk=anna.pk), active=False, actor=User.objects.get(pk=otto.pk))
    assert User.objects.get(pk=anna.pk).is_active
    client = client_of(otto)
    ShopRestriction.objects.get(user=anna).shops.set([web])
    client.post(f"{STAFF}{anna.pk}/shops/", {"which": "some", "shops": [paris.pk]})
    client.post(f"{STAFF}{anna.pk}/shops/", {"which": "all"})
    assert visible_shops(User.objects.get(pk=anna.pk)) == {web.pk}
    root = client_of(member("root", superuser=True))
    root.post(f"{STAFF}{anna.pk}/shops/", {"which": "some", "shops": [paris.pk]})
    assert visible_shops(User.objects.get(pk=anna.pk)) == {paris.pk}


def test_an_account_without_its_last_restricted_role_sees_no_more_than_who_took_it() -> None:
    web = Shop.objects.create(code="WEB", name="Web")
    kept, read = Group.objects.create(name="Web only"), Group.objects.get(name="Read only")
    ShopRestriction.objects.create(group=kept, set_by="root").shops.add(web)
    otto, anna = member("otto", "Operations"), member("anna", "Read only", "Web only")
    ShopRestriction.objects.create(user=otto, set_by="root").shops.add(web)
    change_person(anna, values_of(anna, read), actor=User.objects.get(pk=otto.pk))
    anna = User.objects.get(pk=anna.pk)
    assert list(anna.groups.all()) == [read]
    assert visible_shops(anna) == {web.pk}


def test_a_role_that_reaches_all_shops_is_made_by_who_sees_them() -> None:
    web = Shop.objects.create(code="WEB", name="Web")
    mara = member("mara", rights=("add_group", "view_group", "view_order"))
    ShopRestriction.objects.create(user=mara, set_by="root").shops.add(web)
    form = {"name": "Mine", "parts": ["orders.see"]}
    assert client_of(mara).post(f"{ROLES}add/", form).status_code == 403
    ShopRestriction.objects.all().delete()
    assert client_of(mara).post(f"{ROLES}add/", form).status_code == 302


def test_many_people_s_shops_are_those_that_each_sees() -> None:
    web, paris = (Shop.objects.create(code=code, name=code) for code in ("WEB", "PAR"))
    people = [
        member("a"),
        member("b", "Read only"),
        member("c", "Order desk", "Read only"),
        member("d", superuser=True),
    ]
    for owner, shops in (
        ({"group": Group.objects.get(name="Read only")}, [web]),
        ({"group": Group.objects.get(name="Order desk")}, [paris]),
        ({"user": people[1]}, []),
    ):
        ShopRestriction.objects.create(**owner, set_by="root").shops.set(shops)
    found = shops_of_people(people)
    assert found == {one.pk: visible_shops(User.objects.get(pk=one.pk)) for one in people}
    assert found[people[2].pk] == {web.pk, paris.pk}


def test_the_last_superuser_is_not_locked_out() -> None:
    root, otto = member("root", superuser=True), member("otto", "Operations")
    second = member("second", superuser=True)
    set_active(second, active=False, actor=root)
    with pytest.raises(IllegalTransition, match="last superuser"):
        change_person(root, values_of(root, is_superuser=False), actor=root)
    with pytest.raises(IllegalTransition, match="your own account"):
        set_active(root, active=False, actor=root)
    assert client_of(root).post(f"{STAFF}{root.pk}/delete/", {"post": "yes"}).status_code == 403
    assert User.objects.get(pk=root.pk).is_superuser
    set_active(second, active=True, actor=root)
    change_person(root, values_of(root, is_superuser=False), actor=root)
    assert not User.objects.get(pk=root.pk).is_superuser
    with pytest.raises(DomainError):
        change_person(otto, values_of(otto, is_superuser=True), actor=otto)


def test_a_provider_does_not_end_the_last_superuser(settings: object) -> None:
    from django.conf import settings as real

    real.OIDC = real.OIDC | {"superuser_group": "admins"}  # type: ignore[misc]
    root = member("root", superuser=True)
    nobody = Claims("root@example.com", True, frozenset())
    apply_claims(root, nobody)
    assert User.objects.get(pk=root.pk).is_superuser
    member("second", superuser=True)
    apply_claims(root, nobody)
    assert not User.objects.get(pk=root.pk).is_superuser


def test_a_deactivated_account_is_signed_out_and_comes_back_with_its_roles(clara: User, enter: Enter) -> None:
    clara.groups.set([Group.objects.get(name="Read only")])
    open_one, root = Client(), member("root", superuser=True)
    enter(open_one)
    assert is_in(open_one)
    client_of(root).post(f"{STAFF}{clara.pk}/active/", {"active": "0"})
    assert not is_in(open_one)
    assert not UserSession.objects.filter(user=clara).exists()
    client_of(root).post(f"{STAFF}{clara.pk}/active/", {"active": "1"})
    assert User.objects.get(pk=clara.pk).has_perm("orders.view_order")


def test_rights_beside_the_roles_are_shown_and_taken_away() -> None:
    root, clara = member("root", superuser=True), member("clara", "Read only", rights=("approve_changeset",))
    client = client_of(root)
    assert "1 right was granted directly" in client.get(f"{STAFF}{clara.pk}/change/").content.decode()
    otto = member("otto", "Operations")
    assert client_of(otto).post(f"{STAFF}{clara.pk}/clear-rights/").status_code == 403
    assert clara.user_permissions.count() == 1
    client.post(f"{STAFF}{clara.pk}/clear-rights/")
    assert clara.user_permissions.count() == 0


def test_a_rule_for_second_factors_that_includes_oneself_is_confirmed_first() -> None:
    root = member("root", superuser=True)
    client, page = client_of(root), "/admin/signin/factorrequirement/"
    warned = client.post(page, {"everybody": "on"})
    assert "This rule includes you." in warned.content.decode()
    assert not FactorRequirement.objects.exists()
    read = Group.objects.get(name="Read only")
    assert client.post(page, {"groups": [read.pk]}).status_code == 302
    root.groups.add(read)
    FactorRequirement.objects.all().delete()
    assert client.post(page, {"groups": [read.pk]}).status_code == 200
    assert client.post(page, {"groups": [read.pk], "confirmed": "1"}).status_code == 302
    assert FactorRequirement.objects.count() == 1


def test_every_shipped_role_can_be_given_by_who_holds_it() -> None:
    root = member("root", superuser=True)
    made = save_role(None, name="All", parts=list(PARTS), actor=root)
    assert rights_of(made) == permissions_of(PARTS)


def test_who_is_blocked_after_wrong_passwords_is_let_in_again_from_their_page(clara: User, enter: Enter) -> None:
    client, page = client_of(member("root", superuser=True)), f"{STAFF}{clara.pk}/change/"
    assert "Unblock sign-in" not in client.get(page).content.decode()
    for _try in range(6):
        last = enter(Client(), "clara", "wrong").status_code
    assert (last, enter(Client()).status_code) == (429, 429)

    assert "is blocked until" in words(client.get(page).content.decode())
    # The control: who manages no accounts, or lacks rights of theirs, lifts nothing.
    assert client_of(member("otto", "Read only")).post(f"{STAFF}{clara.pk}/lift-block/").status_code == 403
    assert enter(Client()).status_code == 429
    client.post(f"{STAFF}{clara.pk}/lift-block/")

    assert "Unblock sign-in" not in client.get(page).content.decode()
    assert enter(Client()).status_code == 302


def test_a_block_of_wrong_passwords_from_several_browsers_is_seen_and_lifted_too(clara: User, enter: Enter) -> None:
    client, page = client_of(member("root", superuser=True)), f"{STAFF}{clara.pk}/change/"
    for number in range(6):
        last = enter(Client(), "clara", "wrong", headers={"User-Agent": f"Browser {number % 2}"}).status_code
    assert (last, enter(Client()).status_code) == (429, 429)
    assert "is blocked until" in words(client.get(page).content.decode())
    client.post(f"{STAFF}{clara.pk}/lift-block/")
    assert "Unblock sign-in" not in client.get(page).content.decode()
    assert enter(Client()).status_code == 302
