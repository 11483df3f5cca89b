"""Who gets which kinds: every kind is off until somebody switches it on."""

from collections.abc import Collection, Iterable, Mapping

from django.contrib.auth.models import User
from django.db import connection, transaction

from backoffice.accounts.models import Shop
from backoffice.mail.models import ShopMail, StaffMail
from backoffice.mail.services.kinds import Audience, kinds_for

# By hand, as it runs for every order; the name is our own.
_SENDING = f"SELECT shop_id FROM {ShopMail._meta.db_table} WHERE shop_id = ANY(%s) AND %s = ANY(kinds)"  # noqa: S608


def shops_that_send(kind: str, shops: Collection[int]) -> set[int]:
    """Return which of these shops send that kind to their customers. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_SENDING, [list(shops), kind])
        return {shop for (shop,) in cursor.fetchall()}


def does_send(kind: str, shop: Shop | None) -> bool:
    """Return whether customers of the shop get that kind."""
    return shop is not None and bool(shops_that_send(kind, [shop.pk]))


def staff_who_want(kind: str, *, users: Iterable[User] | None = None) -> list[StaffMail]:
    """Return who of the active staff (of these, where given) wants that kind and has an address."""
    rows = StaffMail.objects.filter(kinds__contains=[kind], user__is_active=True, user__is_staff=True)
    if users is not None:
        rows = rows.filter(user__in=list(users))
    return list(rows.exclude(user__email="").select_related("user").order_by("user"))


@transaction.atomic
def choose_for_shop(shop: Shop, *, kinds: Iterable[str], sender_name: str, reply_to: str, actor: str) -> ShopMail:
    """Switch exactly these kinds on for the customers of the shop."""
    row = ShopMail.objects.select_for_update().filter(shop=shop).first() or ShopMail(shop=shop)
    row.kinds = _known(kinds, Audience.CUSTOMER)
    row.sender_name, row.reply_to, row.changed_by = sender_name, reply_to, actor
    row.save()
    return row


def choose_for_staff(user: User, *, kinds: Iterable[str], language: str) -> StaffMail:
    """Switch exactly these kinds on for a member of staff."""
    values = {"kinds": _known(kinds, Audience.STAFF), "language": language}
    return StaffMail.objects.update_or_create(user=user, defaults=values)[0]


@transaction.atomic
def switch_for_shop(shop: Shop, asked: Mapping[str, bool], *, actor: str) -> ShopMail:
    """Switch these kinds on or off for the customers of the shop; all others stay."""
    row = ShopMail.objects.select_for_update().filter(shop=shop).first() or ShopMail(shop=shop)
    row.kinds, row.changed_by = _known(_switched(row.kinds, asked), Audience.CUSTOMER), actor
    row.save()
    return row


@transaction.atomic
def switch_for_staff(user: User, asked: Mapping[str, bool], *, language: str) -> StaffMail:
    """Switch these kinds on or off for a member of staff; all others stay. `language` counts for their first choice."""
    row = StaffMail.objects.select_for_update().filter(user=user).first() or StaffMail(user=user, language=language)
    row.kinds = _known(_switched(row.kinds, asked), Audience.STAFF)
    row.save()
    return row


def _switched(kinds: Iterable[str], asked: Mapping[str, bool]) -> set[str]:
    return {kind for kind in {*kinds, *asked} if asked.get(kind, True)}


def _known(kinds: Iterable[str], audience: Audience) -> list[str]:
    known = [kind.name for kind in kinds_for(audience)]
    asked = set(kinds)
    return [name for name in known if name in asked]
