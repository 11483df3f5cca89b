"""Whose mails are whose: those to customers the shop's; those to the staff are in the mailbox of whom they went to."""

from backoffice.mail.models import Mail, MailTemplate, ShopMail, StaffMail
from backoffice.visibility import register, register_shared, register_shop_or_all

register(Mail, "shop")
register(ShopMail, "shop")
register_shop_or_all(MailTemplate, "shop")
register_shared(StaffMail, reason="What a member of the staff is mailed about.")
