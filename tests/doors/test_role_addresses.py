"""Which addresses of the staff pages each shipped role may open and post to: the table in `role_addresses.txt`.

It is kept beside the code so that a role that may suddenly do more shows in a review. `UPDATE_ROLE_ADDRESSES=1` writes
it anew.
"""

import os
from collections.abc import Collection, Mapping
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.test import Client

from backoffice.accounts.services.rights.catalogue import PARTS, permissions_of
from backoffice.accounts.services.rights.shipped import SHIPPED
from tests.doors.role_walk import METHODS, SAY_NOTHING, Place, lets_in, member, places

KNOWN = Path(__file__).with_name("role_addresses.txt")
RIGHTS = {role.name: permissions_of(role.parts) for role in SHIPPED}
# What whoever is staff may open: what is their own, the frame of the pages, and what leads on to somewhere else.
EVERYBODYS = {
    "engine_integration_change", "handbook", "handbook_page", "handbook_picture", "inbox_counts", "index", "jsi18n",
    "login", "logout", "mail_mailtemplate_change", "mail_staffmail_change", "mail_staffmail_changelist",
    "mail_staffmail_history", "marketing_exportbatch_changelist", "my_sign_in", "password_change",
    "password_change_done", "search",
}  # fmt: skip
# The control looks at some only.
SOME = 5


def line_of(place: Place, rights: Mapping[str, Collection[str]]) -> str:
    """Return the line of an address: its route, and by method who is let in."""
    let_in = {}
    for method in METHODS:
        names = [name for name, held in rights.items() if lets_in(place, method, member(held))]
        is_open = len(names) == len(rights) and lets_in(place, method, member(()))
        every = "all staff" if is_open else "all roles"
        let_in[method] = every if len(names) == len(rights) else ", ".join(names) or "nobody"
    route = place.route.removeprefix("admin/") or "(start)"
    if len(set(let_in.values())) == 1:
        return f"{route}  {let_in['get']}"
    return f"{route}  get: {let_in['get']}; post: {let_in['post']}"


def test_each_shipped_role_opens_and_posts_to_what_the_table_says() -> None:
    lines = sorted(line_of(place, RIGHTS) for place in places())
    assert len(lines) > 500
    if os.environ.get("UPDATE_ROLE_ADDRESSES"):
        KNOWN.write_text("\n".join(lines) + "\n")
    known = KNOWN.read_text().splitlines()
    changed = sorted(
        {f"- {line}" for line in set(known) - set(lines)} | {f"+ {line}" for line in set(lines) - set(known)}
    )
    assert not changed, "UPDATE_ROLE_ADDRESSES=1 writes the table anew:\n" + "\n".join(changed)


def test_without_a_right_nothing_is_let_in_but_to_what_is_everybodys() -> None:
    nobody = member(())
    opened = {place.name for place in places() for method in METHODS if lets_in(place, method, nobody)}
    assert opened == EVERYBODYS


@pytest.mark.parametrize("role", ["Read only", "Production desk"])
def test_control_a_right_added_to_a_role_changes_the_table(role: str) -> None:
    """So does one that is taken away."""
    pages = [place for place in places() if place.name.startswith("webhooks_webhookendpoint_")]
    more = RIGHTS | {role: RIGHTS[role] | PARTS["endpoints.change"].permissions}
    less = RIGHTS | {role: RIGHTS[role] - PARTS["endpoints.see"].permissions}
    lines, with_it, without_it = ({line_of(place, rights) for place in pages} for rights in (RIGHTS, more, less))
    known = set(KNOWN.read_text().splitlines())
    assert lines <= known
    assert with_it - known
    assert without_it - known
    assert all(role in line for line in with_it - known)


@pytest.mark.django_db
def test_control_a_browser_is_refused_where_the_table_says_so() -> None:
    """The walk calls views without the way to them; some addresses are asked for in full."""
    call_command("setup_groups", verbosity=0)
    user = User.objects.create_user("otto", is_staff=True)
    user.groups.set(Group.objects.filter(name="Operations"))
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    person, wrong, counts = member(RIGHTS["Operations"]), {}, {True: 0, False: 0}
    some = [place for place in places() if place.name not in ("login", "logout")][::SOME]
    for place in some:
        for method in METHODS:
            status, may = getattr(client, method)(place.address).status_code, lets_in(place, method, person)
            counts[may] += 1
            is_refused = status == 403 or (status == 404 and place.name.startswith(SAY_NOTHING))
            # There are no rows: that is said before or after a refusal, and of other methods at the end.
            if status >= 500 or (is_refused if may else status not in (403, 404, 405)):
                wrong[method, place.address] = (status, may)
    assert wrong == {}
    assert min(counts.values()) > 40
