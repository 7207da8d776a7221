"""How often somebody tried something that may only be tried so often."""

from django.db import models

from clinic.base import Keyed


class Attempts(Keyed):
    """The tries of one bucket (what, who and from where, hashed) since its window began."""

    bucket = models.TextField(unique=True)
    window_started_at = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.count} attempts"
