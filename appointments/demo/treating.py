"""Work that was done, as its performer logs and signs it."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from clinic.errors import RuleBroken
from clinic.models import Practitioner
from treatments.models import Encounter, Procedure
from treatments.services.log.drafting import NewItem, NewLog, NewOutcome, draft_procedure
from treatments.services.log.signing import sign_procedure

LANCET, COMEDONE, SUPERFICIAL, MEDIUM = "lancet-extraction", "comedone-extraction", "superficial-peel", "medium-peel"
PEEL: Final = {"layers": 1, "neutralised": True, "sunscreen_advice": True}
FORMS: Final = {
    LANCET: {},
    COMEDONE: {},
    SUPERFICIAL: {"peel": PEEL | {"agent": "glycolic_acid", "percent": "20", "ph": "3.5", "minutes": "3"}},
    MEDIUM: {"peel": PEEL | {"agent": "trichloroacetic_acid", "percent": "25", "ph": "1.5", "minutes": "2"}},
}
"""The treatments that are logged in the demo, with the settings of their forms."""
INSTRUMENTS: Final = {
    LANCET: ({"kind": "lancet", "lot": "L-2204"},),
    COMEDONE: ({"kind": "comedone_extractor", "lot": "A-17"},),
}
AFTERCARE: Final = "Keep it clean, do not pick or squeeze, and protect the skin from the sun."


def draft_log(
    *,
    encounter: Encounter,
    performer: Practitioner,
    treatment: str,
    start: datetime,
    end: datetime,
    lesion: UUID | None = None,
    body_site: str | None = None,
    result: str = "complete",
    attempts: int = 1,
    supervisor: Practitioner | None = None,
) -> Procedure:
    """The log of one treatment, of one lesion or at a body site, as its performer writes it when it is over."""
    outcome = NewOutcome(lesion=lesion, result=result, attempts=attempts, seconds=12 * attempts) if lesion else None
    item = NewItem(
        treatment=treatment,
        lesions=(lesion,) if lesion else (),
        body_site=body_site,
        outcomes=(outcome,) if outcome else (),
        checklist={"cleansed": True, "sterile": True, "single_use": True, "sharps_disposed_at": end - timedelta(minutes=2)},
        instruments=INSTRUMENTS.get(treatment, ()),
        settings=FORMS[treatment],
    )
    log = NewLog(
        performed_by=performer, performed_at=start, ended_at=end, supervisor=supervisor, items=(item,), aftercare=AFTERCARE
    )
    return draft_procedure(actor=performer.user, encounter=encounter, log=log, now=end)


def sign(procedure: Procedure, *, at: datetime) -> Procedure:
    """Have the performer sign; what a rule refuses stays a draft, as in life."""
    try:
        return sign_procedure(actor=procedure.performed_by.user, procedure=procedure, now=at)
    except RuleBroken:
        return procedure
