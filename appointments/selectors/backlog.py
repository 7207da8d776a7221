"""How far delivery lags behind."""

from datetime import datetime

from django.db.models import Min

from appointments.models.messages import DUE, Message


def oldest_due_at(*, now: datetime) -> datetime | None:
    """When the oldest message that should have left by now was due; None when nothing waits."""
    return Message.objects.filter(state=DUE, due_at__lte=now).aggregate(oldest=Min("due_at"))["oldest"]
