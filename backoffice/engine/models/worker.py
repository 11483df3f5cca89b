"""Signs of life of the background processes."""

from django.db import models


class Heartbeat(models.Model):
    """When a background process last showed that it works: "beat" is written by every sweep."""

    name = models.CharField(max_length=64, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
