"""What staff write about an order."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.errors import ELIGIBLE, Eligibility, NotAllowed
from backoffice.text.translatable import gettext as _t
from orders.models.order import Order


class Comment(models.Model):
    """One comment, or one message to the customer (`sent_to`), which cannot be edited once it is on its way."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="comments", verbose_name=_("order"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("author")
    )
    # As timelines name who acts: it stays when the account is gone, and a rule has none.
    author_name = models.CharField(_("by"), max_length=150)
    text = models.TextField(_("text"))
    sent_to = models.EmailField(_("sent to"), max_length=254, blank=True)
    # Made by the page for each text: sent twice, it is kept once.
    token = models.UUIDField(unique=True, null=True, editable=False)
    revision = models.PositiveIntegerField(default=1, editable=False)
    at = models.DateTimeField(_("time"), auto_now_add=True)
    edited_at = models.DateTimeField(_("edited"), null=True, blank=True)

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        permissions = [("mail_customer", "Can write to customers")]
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text[:60]

    def can_edit(self, user_id: int | None) -> Eligibility:
        """Return whether that member of staff may edit it."""
        if self.sent_to:
            return Eligibility(NotAllowed(_t("A message that was sent cannot be edited.")))
        if user_id is None or user_id != self.author_id:
            return Eligibility(NotAllowed(_t("Only its author can edit a comment.")))
        return ELIGIBLE


class CommentEdit(models.Model):
    """What a comment said before it was edited."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="edits", verbose_name=_("comment"))
    text = models.TextField(_("previous text"))
    at = models.DateTimeField(_("edited"), auto_now_add=True)

    class Meta:
        verbose_name = _("comment edit")
        verbose_name_plural = _("comment edits")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text[:60]


class Mention(models.Model):
    """A comment that names a member of staff, until they have read it."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="mentions", verbose_name=_("comment"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="mentions", db_index=False, verbose_name=_("who")
    )
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        constraints = [models.UniqueConstraint(fields=["comment", "user"], name="one_mention_per_person")]
        indexes = [
            models.Index(fields=["user", "-id"], name="mention_newest"),
            models.Index(fields=["user", "-id"], condition=Q(read_at__isnull=True), name="mention_unread"),
        ]

    def __str__(self) -> str:
        return f"@{self.user_id}"
