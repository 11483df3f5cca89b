"""The staff pages of mail."""

from backoffice.mail.admin import kinds, mails, shop_mails, staff_mails

__all__ = ["kinds", "mails", "shop_mails", "staff_mails"]
