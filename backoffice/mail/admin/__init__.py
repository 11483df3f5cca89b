"""The staff pages of mail."""

from backoffice.mail.admin import mails, shop_mails, staff_mails

__all__ = ["mails", "shop_mails", "staff_mails"]
