"""How far the database has come, for comparison with what is remembered outside of it."""

from django.db import models


class Epoch(models.Model):
    """The one row that tells a database from an older state of itself (`backoffice/engine/services/epoch.py`)."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    installation = models.UUIDField()
    # The database and the server it is in: a copy carries those of what it was copied from.
    home = models.CharField(max_length=64)
    # Grows with every request that changes something at a vendor, and with every sweep.
    counter = models.PositiveBigIntegerField(default=0)
    advanced_at = models.DateTimeField()
    # Grows with every restore: ids and numbers of one series never occur in another.
    series = models.PositiveIntegerField(default=0)

    # The last restore: from what moment the data are, when it was noticed, and when all vendors had been compared.
    saved_at = models.DateTimeField(null=True)
    found_at = models.DateTimeField(null=True)
    reconciled_at = models.DateTimeField(null=True)
    # False: it is a copy, was moved, or nothing was remembered outside: not known to be an older state.
    is_certain = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.installation} {self.counter}"

    @property
    def is_locked(self) -> bool:
        """Whether nothing may leave for vendors until they have been compared."""
        return self.found_at is not None and self.reconciled_at is None
