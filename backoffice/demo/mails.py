"""Mails of the demo: customers get all kinds, into the sandbox's catcher."""

from backoffice.accounts.models import Shop
from backoffice.mail.models import ShopMail
from backoffice.mail.services.choices import choose_for_shop
from backoffice.mail.services.kinds import Audience, kinds_for

ACTOR = "demo"


def switch_mails_on(shop: Shop) -> None:
    """Switch every kind of mail to customers on, unless somebody has chosen before."""
    if not ShopMail.objects.filter(shop=shop).exists():
        kinds = [kind.name for kind in kinds_for(Audience.CUSTOMER)]
        choose_for_shop(shop, kinds=kinds, sender_name="", reply_to="", actor=ACTOR)
