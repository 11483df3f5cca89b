"""Files that could be had only once, while the store that is to keep them is away."""

from django.db import models


class WaitingFile(models.Model):
    """The content of a file until the store has taken it; from then on there is no row."""

    path = models.CharField(max_length=200, primary_key=True)
    content = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.path
