"""Makers of answers about the healing, for tests: all is well, unless told otherwise."""

from datetime import datetime, timedelta
from typing import Any

from clinic.base import uuid7
from clinic.models import Practitioner
from tests.factories import LANCET_FACE, NOON, a_lesion, a_practitioner, a_user
from tests.factories_records import a_log
from treatments.models import AftercareReport, Procedure
from treatments.policies.aftercare import Answers
from treatments.services.aftercare import report_aftercare

TWO_DAYS_LATER = NOON + timedelta(days=2)
WELL: dict[str, Any] = {
    "redness": "mild",
    "pain": 1,
    "discharge": "none",
    "fever": False,
    "vision_changed": False,
    "lid_swollen": False,
}


def well(**fields: Any) -> Answers:
    """Nothing to worry about."""
    return Answers(**WELL | fields)


def a_performer(**fields: Any) -> Practitioner:
    """Somebody who signs in, and is on shift for ages."""
    return a_practitioner(LANCET_FACE, user=a_user("practitioner"), **fields)


def work(performer: Practitioner | None = None, **fields: Any) -> Procedure:
    """A signed extraction from the cheek."""
    lesion = fields.pop("lesion", None) or a_lesion()
    return a_log((lesion, "complete"), performed_by=performer or a_performer(), **fields)


def answered(procedure: Procedure | None = None, *, now: datetime = TWO_DAYS_LATER, **fields: Any) -> AftercareReport:
    """What the patient says about it two days later."""
    told = {name: fields.pop(name) for name in ("actor", "photo", "submission") if name in fields}
    return report_aftercare(
        procedure=procedure or work(),
        answers=well(**fields),
        language="en",
        now=now,
        **{"submission": uuid7()} | told,
    )
