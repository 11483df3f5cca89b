"""What all files that we keep have in common; `backoffice.engine.services.files` keeps them."""

from collections.abc import Collection

from django.db import models
from django.utils.translation import gettext_lazy as _


class StoredFile(models.Model):
    """A file that we keep under a name of our own; `path` is empty while we have no copy."""

    path = models.CharField(max_length=200, blank=True, editable=False)
    size = models.PositiveIntegerField(_("bytes"), null=True, editable=False)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    content_type = models.CharField(_("content type"), max_length=100, blank=True, editable=False)
    stored_at = models.DateTimeField(_("stored since"), null=True, editable=False)

    class Meta:
        abstract = True

    @classmethod
    def known_paths(cls, paths: Collection[str]) -> set[str]:
        """Return which of these paths a row names; whatever nobody names is cleared away (`clean_files`)."""
        return set(cls._default_manager.filter(path__in=paths).values_list("path", flat=True))

    @property
    def is_kept(self) -> bool:
        """Whether we have a copy."""
        return self.stored_at is not None


class FetchedFile(StoredFile):
    """A file that lies at an address until we have a copy; `backoffice.engine.services.fetching` gets it."""

    url = models.TextField(_("address"))
    # None: nothing is to be done, because we have it or because it is given up.
    next_at = models.DateTimeField(_("next try"), null=True, blank=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    problem = models.TextField(_("problem"), blank=True)

    class Meta:
        abstract = True
