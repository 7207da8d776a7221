"""How far delivery lags behind."""

from datetime import datetime

from django.db.models import Min

from appointments.models import DueMessage


def oldest_due_at(*, now: datetime) -> datetime | None:
    """When the oldest message that should have left by now was due; None when nothing waits."""
    return DueMessage.objects.filter(due_at__lte=now).aggregate(oldest=Min("due_at"))["oldest"]
