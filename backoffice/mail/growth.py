"""How long mails are kept."""

from django.db.models import Q

from backoffice.engine.services.retention import forget, keep

forget(
    "mail.Mail", older="finished_at", than="MAIL_DAYS", only="once it was sent or given up",
    where=lambda: Q(finished_at__isnull=False, needs_attention=False),
)  # fmt: skip
keep("mail.MailTemplate", "mail.ShopMail", "mail.StaffMail", because="as many as kinds of mails and shops")
