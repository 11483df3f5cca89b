"""Mails, their templates, and who gets which kinds."""

from backoffice.mail.models.choices import ShopMail, StaffMail
from backoffice.mail.models.mail import Mail, MailState
from backoffice.mail.models.template import MailTemplate

__all__ = ["Mail", "MailState", "MailTemplate", "ShopMail", "StaffMail"]
