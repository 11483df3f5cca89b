"""Views of lists that the team keeps."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SavedView(models.Model):
    """A name for a set of filters of a list, shared by everybody who sees that list."""

    # The key of its ListPage.
    list_key = models.CharField(_("list"), max_length=40)
    name = models.CharField(_("name"), max_length=40)
    # The filters as the address has them, without position and search.
    query = models.CharField(_("filters"), max_length=500)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("created by")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["list_key", "name"], name="one_view_per_name")]

    def __str__(self) -> str:
        return self.name
