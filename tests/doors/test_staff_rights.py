"""Nobody gives, takes or comes into rights that they do not hold themselves."""

import re

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-password-4711"


@pytest.fixture(autouse=True)
def groups() -> None:
    call_command("setup_groups", verbosity=0)


def make_user(name: str, *groups: str, is_superuser: bool = False, is_active: bool = True) -> User:
    user = User.objects.create_user(name, password=PASSWORD, is_staff=True)
    User.objects.filter(pk=user.pk).update(is_superuser=is_superuser, is_active=is_active)
    user.groups.set(Group.objects.filter(name__in=groups))
    return User.objects.get(pk=user.pk)


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def otto() -> User:
    return make_user("otto", "Operations")


def page_of(user: User, *, name: str = "change") -> str:
    return reverse(
        f"admin:auth_user_{name}" if name != "password" else "admin:auth_user_password_change", args=[user.pk]
    )


def form_of(user: User, **values: object) -> dict[str, object]:
    """Return what the page of the user sends, with whatever a forger adds to it."""
    return {
        "username": user.username, "first_name": "", "last_name": "", "email": "", "is_active": "on", "is_staff": "on",
        "last_login_0": "", "last_login_1": "", "date_joined_0": "2026-01-01", "date_joined_1": "00:00:00",
        "initial-date_joined_0": "2026-01-01", "initial-date_joined_1": "00:00:00", **values,
    }  # fmt: skip


def test_operations_makes_nobody_a_superuser_not_even_itself(otto: User) -> None:
    client, page = sign_in(otto), page_of(otto)
    shown = client.get(page).content.decode()
    assert 'name="is_superuser"' not in shown
    assert 'name="user_permissions"' not in shown
    everything = [str(pk) for pk in Permission.objects.values_list("pk", flat=True)]
    mine = list(otto.groups.values_list("pk", flat=True))
    answer = client.post(page, form_of(otto, is_superuser="on", user_permissions=everything, groups=mine))
    assert answer.status_code == 302
    otto.refresh_from_db()
    assert (otto.is_superuser, otto.user_permissions.count()) == (False, 0)
    assert [group.name for group in otto.groups.all()] == ["Operations"]


def test_operations_gives_only_groups_whose_every_right_it_has(otto: User) -> None:
    client, anna = sign_in(otto), make_user("anna")
    shown = client.get(page_of(anna)).content.decode()
    offered = re.findall(r'<input type="checkbox" name="groups" value="(\d+)"', shown)
    assert {Group.objects.get(pk=pk).name for pk in offered} == {"Operations", "Read only"}
    lead = Group.objects.get(name="Catalogue lead")
    assert client.post(page_of(anna), form_of(anna, groups=[lead.pk])).status_code == 200
    assert not anna.groups.exists()
    allowed = Group.objects.get(name="Read only")
    assert client.post(page_of(anna), form_of(anna, groups=[allowed.pk])).status_code == 302
    assert list(anna.groups.all()) == [allowed]


@pytest.mark.parametrize("is_active", [True, False])
@pytest.mark.parametrize("how", ["superuser", "group", "permission"])
def test_an_account_with_more_rights_is_read_and_never_changed(otto: User, *, how: str, is_active: bool) -> None:
    root = make_user("root", *(["Catalogue lead"] if how == "group" else []), is_active=is_active)
    User.objects.filter(pk=root.pk).update(is_superuser=how == "superuser")
    if how == "permission":
        root.user_permissions.add(Permission.objects.get(codename="approve_changeset"))
    client = sign_in(otto)
    assert client.get(page_of(root)).status_code == 200
    assert client.post(page_of(root), form_of(root, first_name="Mine")).status_code == 403
    password = {"password1": "another-password-1", "password2": "another-password-1", "usable_password": "true"}
    assert client.get(page_of(root, name="password")).status_code == 403
    assert client.post(page_of(root, name="password"), password).status_code == 403
    root = User.objects.get(pk=root.pk)
    assert root.check_password(PASSWORD)
    assert (root.first_name, root.is_active) == ("", is_active)


def test_an_account_with_more_rights_is_not_deleted_either(otto: User) -> None:
    otto.user_permissions.add(Permission.objects.get(codename="delete_user"))
    root, anna = make_user("root", is_superuser=True), make_user("anna", "Read only")
    client = sign_in(otto)
    assert client.post(page_of(root, name="delete"), {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [root.pk, anna.pk], "post": "yes"}
    client.post(reverse("admin:auth_user_changelist"), chosen)
    assert User.objects.filter(pk__in=[root.pk, anna.pk]).count() == 2
    assert client.post(page_of(anna, name="delete"), {"post": "yes"}).status_code == 302
    assert not User.objects.filter(pk=anna.pk).exists()


def test_operations_sets_the_password_of_who_has_no_more_rights(otto: User) -> None:
    anna = make_user("anna", "Read only")
    password = {"password1": "another-password-1", "password2": "another-password-1", "usable_password": "true"}
    assert sign_in(otto).post(page_of(anna, name="password"), password).status_code == 302
    assert User.objects.get(pk=anna.pk).check_password("another-password-1")


def test_a_role_with_rights_that_one_lacks_is_read_and_never_changed(otto: User) -> None:
    codenames = ["add_group", "change_group", "delete_group"]
    otto.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    group = Group.objects.create(name="Own")
    group.permissions.set(Permission.objects.filter(codename__in=["view_order", "approve_changeset"]))
    form = {"name": "Own", "parts": ["orders.see"]}
    client = sign_in(otto)
    assert client.get(reverse("admin:auth_group_change", args=[group.pk])).status_code == 200
    assert client.post(reverse("admin:auth_group_edit", args=[group.pk]), form).status_code == 403
    client.post(reverse("admin:auth_group_change", args=[group.pk]), form)
    client.post(reverse("admin:auth_group_delete", args=[group.pk]), {"post": "yes"})
    assert (
        client.post(reverse("admin:auth_group_add"), {"name": "Mine", "parts": ["changes.approve"]}).status_code == 200
    )
    assert group.permissions.count() == 2
    assert not Group.objects.filter(name="Mine").exists()
    root = sign_in(make_user("root", is_superuser=True))
    assert root.post(reverse("admin:auth_group_edit", args=[group.pk]), form).status_code == 302
    assert group.permissions.count() == 1


def test_a_superuser_gives_everything() -> None:
    root, anna = make_user("root", is_superuser=True), make_user("anna")
    lead = Group.objects.get(name="Catalogue lead")
    assert sign_in(root).post(page_of(anna), form_of(anna, is_superuser="on", groups=[lead.pk])).status_code == 302
    anna.refresh_from_db()
    assert (anna.is_superuser, list(anna.groups.all())) == (True, [lead])
