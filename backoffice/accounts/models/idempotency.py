"""Answers already given to a storefront, so that a repeated request does nothing twice."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models.shop import Shop


class IdempotencyKey(models.Model):
    """One `Idempotency-Key` of a shop with the answer it got; written in the transaction of its effects."""

    shop = models.ForeignKey(Shop, models.CASCADE, verbose_name=_("shop"))
    # As it was sent, behind a word for those of test keys (`orders.api.keys`).
    key = models.CharField(_("key"), max_length=260)
    request_hash = models.CharField(_("hash of method, path and body"), max_length=64)
    status = models.PositiveSmallIntegerField(_("status"), null=True)
    answer = models.JSONField(_("response"), null=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "key"], name="one_answer_per_idempotency_key")]
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")

    def __str__(self) -> str:
        return self.key
