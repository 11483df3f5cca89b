"""What triggers and readers write: rows without an index beside their key, since whoever changes something waits."""

from django.db import models


class RecordedChange(models.Model):
    """One change, in the transaction that made it, or one reading. Soon moved into the chain, as an `AuditEntry`."""

    at = models.DateTimeField()
    # Who acts, for which request: what `backoffice.acting` told the database.
    context = models.TextField()
    action = models.CharField(max_length=8)
    table_name = models.CharField(max_length=64)
    object_id = models.TextField(null=True)
    parent_id = models.TextField(null=True)
    changes = models.TextField()

    class Meta:
        verbose_name = "recorded change"
        verbose_name_plural = "recorded changes"

    def __str__(self) -> str:
        return f"{self.action} {self.table_name} {self.object_id}"
