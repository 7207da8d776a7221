"""What is no longer of use to anybody is deleted."""

from datetime import datetime, timedelta

from django.db import transaction

from clinic.models import Attempts, KeptAnswer, StaffToken
from clinic.selectors.people import IDLE
from clinic.services.tokens import WINDOW

ANSWERS_KEPT_FOR = timedelta(hours=24)


@transaction.atomic
def tidy(*, now: datetime) -> None:
    """Delete tokens that no longer open anything, answers that are no longer given again, and counts whose minute is over."""
    StaffToken.objects.filter(expires_at__lte=now).delete()
    StaffToken.objects.filter(last_used_at__lte=now - IDLE).delete()
    KeptAnswer.objects.filter(created_at__lte=now - ANSWERS_KEPT_FOR).delete()
    Attempts.objects.filter(window_started_at__lte=now - WINDOW).delete()
