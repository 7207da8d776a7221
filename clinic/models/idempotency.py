"""Answers that were given under an Idempotency-Key."""

from django.db import models

from clinic.base import Keyed
from clinic.models.people import User


class KeptAnswer(Keyed):
    """The status and body that a caller's key got; kept for 24 hours and given again to the same request."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    key = models.TextField()
    request_digest = models.BinaryField()
    status = models.PositiveSmallIntegerField()
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_is_used_once")]

    def __str__(self) -> str:
        return f"answer {self.status}"
