"""Files that shops and staff give us, to be fetched by vendors."""

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import Shop
from backoffice.engine.models.stored_file import StoredFile

PREFIX = "file_"


def new_file_id() -> str:
    return PREFIX + secrets.token_urlsafe(12)


class ShopFile(StoredFile):
    """A PDF given to us, kept below MEDIA_ROOT: a print file or a label. The row is written after the file."""

    public_id = models.CharField(_("id"), max_length=32, unique=True, default=new_file_id, editable=False)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="files", verbose_name=_("shop"))
    name = models.CharField(_("name"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        # The same content again is the same file: an upload may be repeated without harm.
        constraints = [models.UniqueConstraint(fields=["shop", "sha256"], name="one_file_per_content")]

    def __str__(self) -> str:
        return self.name or self.public_id
