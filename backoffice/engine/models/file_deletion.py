"""Files that are to be deleted: a row for each, until the store has it no more."""

from django.db import models

from backoffice.model_fields import TranslatableTextField


class FileDeletion(models.Model):
    """A file that no row names any more. Written in the transaction in which its row went, so that no path is lost."""

    path = models.CharField(max_length=200, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # When the store refused it last, why, and what whoever runs it can do.
    refused_at = models.DateTimeField(null=True, blank=True)
    cause = TranslatableTextField(blank=True, default="")
    remedy = TranslatableTextField(blank=True, default="")

    def __str__(self) -> str:
        return self.path
