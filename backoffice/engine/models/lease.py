"""Who may do what only one process does at a time."""

from django.db import models


class Lease(models.Model):
    """What one process of all machines has until then, by the database's clock; who comes next finds its notes."""

    name = models.CharField(max_length=64, primary_key=True)
    holder = models.UUIDField()
    # Host and number of the process, for people.
    described = models.CharField(max_length=200, db_default="")
    until = models.DateTimeField()
    notes = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.name
