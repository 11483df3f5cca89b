"""What is kept of those who are erased: words that can be recognised and not read."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.model_fields import SealedJSONField


class HashKey(models.Model):
    """The key under which words are hashed: one for the installation, made once."""

    key = SealedJSONField(editable=False)
    made_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("key of erased identifiers")
        verbose_name_plural = _("keys of erased identifiers")

    def __str__(self) -> str:
        return str(self.pk)


class ErasedWord(models.Model):
    """The number of an order, or what else vendors name it by, of somebody who was erased: what comes in under it
    again is not kept.
    """

    hash = models.CharField(max_length=64, primary_key=True)
    at = models.DateTimeField(_("erased"), auto_now_add=True)

    class Meta:
        verbose_name = _("erased identifier")
        verbose_name_plural = _("erased identifiers")

    def __str__(self) -> str:
        return self.hash
