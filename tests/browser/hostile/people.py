"""Six shops, staff of every group, what they keep of their lists, and keys of the shops."""

from datetime import timedelta
from uuid import uuid4

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.utils import timezone

from backoffice.accounts.models import ApiKey, ApiKeyUse, Shop, ShopRestriction
from backoffice.mail.models import MailTemplate, ShopMail, StaffMail
from backoffice.signin.models import FactorRequirement, Refusal, SignInEvent, SignInMethod
from backoffice.staff.models import ListSetting, SavedView
from tests.browser.hostile.seeding import Scene
from tests.browser.hostile.words import ACTOR, HOSTILE, LONG, MARKUP, RTL, SCRIPT, bulk

SHOPS = [
    ("WEB", "Printed with love", "EUR", "DE"),
    ("B2B", "Printed with love – Geschäftskunden & Wiederverkäufer", "EUR", "DE"),
    ("US", "Printed with love USA", "USD", "EN"),
    ("LONG", LONG[:100], "EUR", "FR"),
    ("RTL", RTL, "EUR", "EN"),
    ("MARKUP", f"{SCRIPT}{MARKUP}"[:100], "EUR", "DE"),
]
QUERIES = ("tag=vip", "late=any", "state=held", "shipment=shipped")


def fill(scene: Scene, count: int) -> None:
    """Make what is not there yet."""
    for code, name, currency, language in SHOPS:
        made = {"name": name, "currency": currency, "language": language, "release_automatically": code != "B2B"}
        scene.shops.append(Shop.objects.get_or_create(code=code, defaults=made)[0])
    call_command("setup_groups", verbosity=0)
    scene.staff = [_member(group, place) for place, group in enumerate(Group.objects.order_by("name"))]
    bulk([_view(text, place, scene) for place, text in enumerate(HOSTILE)])
    for user in scene.staff[:2]:
        ListSetting.objects.get_or_create(user=user, list_key="orders", defaults={"compact": True})
    _sign_ins(scene)
    FactorRequirement.objects.get_or_create(group=scene.staff[-1].groups.get(), defaults={"set_by": ACTOR})
    StaffMail.objects.get_or_create(user=scene.staff[0], defaults={"kinds": ["staff.mention"]})
    _keep_from(scene.shops[:3])
    for shop in scene.shops:
        _key_of(shop)
        _mail_of(shop)


def _key_of(shop: Shop) -> None:
    """Make a key with two secrets, many networks and a refusal."""
    now = timezone.now()
    row, _key = ApiKey.objects.create_key(
        name=shop.name[:50],
        shop=shop,
        networks=[f"2001:db8:ffff:{place:x}::/64" for place in range(40)],
        created_by=ACTOR,
        expiry_date=now + timedelta(days=9),
        previous_until=now + timedelta(days=1),
    )
    ApiKeyUse.objects.create(
        key=row, used_at=now, used_from="2001:db8::7", previous_used_at=now, refused_at=now, refusal="network"
    )


def _keep_from(shops: list[Shop]) -> None:
    """Make somebody who sees some shops only."""
    user, _new = User.objects.get_or_create(username="kept", defaults={"first_name": LONG[:150], "is_active": False})
    restriction, _new = ShopRestriction.objects.get_or_create(user=user, defaults={"set_by": ACTOR})
    restriction.shops.set(Shop.objects.exclude(pk__in=[shop.pk for shop in shops]))


def _member(group: Group, place: int) -> User:
    text = HOSTILE[place % len(HOSTILE)]
    name = {0: ACTOR, 1: "mia"}.get(place, f"staff{place}")
    names = {"first_name": text[:150], "last_name": text[::-1][:150] if place else text[:150]}
    user, is_new = User.objects.get_or_create(username=name, defaults={"is_staff": True, **names})
    if is_new:
        user.set_password("long")
        user.save()
        user.groups.set([group])
    return user


def _view(text: str, place: int, scene: Scene) -> SavedView:
    lists = ("orders", "pushes", "callbacks", "products", "production")
    return SavedView(
        list_key=lists[place % len(lists)],
        name=f"{scene.mark} {text}"[:40],
        query=QUERIES[place % len(QUERIES)],
        created_by=scene.staff[0],
    )


def _sign_ins(scene: Scene) -> None:
    for place, text in enumerate(HOSTILE):
        for refusal in ("", *Refusal.values):
            SignInEvent.objects.create(
                user=scene.staff[place % len(scene.staff)] if place else None,
                method=SignInMethod.values[place % len(SignInMethod.values)],
                refusal=refusal,
                address="2001:db8:1234:5678:9abc:def0:1234:5678" if place % 2 else "127.0.0.1",
                user_agent=text[:200],
            )
    for text in HOSTILE:
        tried = {
            "username": text[:255],
            "ip_address": "127.0.0.1",
            "user_agent": f"{text} {uuid4()}"[-255:],
            "path_info": text[:255],
        }
        AccessAttempt.objects.create(**tried, get_data=text, post_data=text, failures_since_start=3)
        AccessFailureLog.objects.create(**tried)
        AccessLog.objects.create(**tried)


def _mail_of(shop: Shop) -> None:
    ShopMail.objects.get_or_create(
        shop=shop,
        defaults={
            "sender_name": shop.name[:100],
            "reply_to": "help@example.com",
            "kinds": ["order.shipped", "order.received"],
            "changed_by": ACTOR,
        },
    )
    MailTemplate.objects.get_or_create(
        shop=shop,
        kind="order.shipped",
        language="de",
        defaults={"subject_line": LONG[:200], "body": f"{MARKUP} {LONG}", "changed_by": ACTOR},
    )
