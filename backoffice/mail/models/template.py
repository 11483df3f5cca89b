"""What mails say: the words of staff, where they have changed ours."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import Shop


class MailTemplate(models.Model):
    """Subject and text of one kind in one language. Without a row, the product's own words are sent."""

    # None for mails to staff.
    shop = models.ForeignKey(Shop, models.CASCADE, null=True, related_name="mail_templates", verbose_name=_("shop"))
    kind = models.CharField(_("kind"), max_length=40)
    language = models.CharField(_("language"), max_length=2)
    subject_line = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))
    # Counts changes, so that of two people who edit the same template the second is told.
    revision = models.PositiveIntegerField(default=1, editable=False)
    changed_by = models.CharField(_("changed by"), max_length=150)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("e-mail template")
        verbose_name_plural = _("e-mail templates")
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "kind", "language"], nulls_distinct=False, name="one_template_per_language"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.language})"
