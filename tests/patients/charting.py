"""Clinicians with the privileges to diagnose, and findings to sign."""

from typing import Any

from clinic.models import Practitioner, Privilege, Site, User
from clinic.models.people import PRACTITIONER
from clinic.scopes import BODY, EYELID, FACE, PERIOCULAR
from patients.models import Diagnosis, MiliaType
from tests.factories import AGES, a_practitioner, a_site, a_user

DIAGNOSES: dict[str, dict[str, str]] = {
    "dermatologist": dict.fromkeys((EYELID, PERIOCULAR, FACE, BODY), "none"),
    "ophthalmologist": dict.fromkeys((EYELID, PERIOCULAR), "none"),
    "physician_assistant": dict.fromkeys((FACE, BODY), "general"),
    "nurse_practitioner": dict.fromkeys((FACE, BODY), "general"),
    "pediatrician": dict.fromkeys((EYELID, PERIOCULAR, FACE, BODY), "none"),
    "esthetician": {},
}


def a_clinician(profession: str = "dermatologist", *, site: Site | None = None, role: str = PRACTITIONER) -> User:
    """A user who practises in that profession at the site, with what the matrix lets it diagnose."""
    site = site or a_site()
    user = a_user(role, site)
    practitioner = a_practitioner("consult_free/none@face", site=site, profession=profession, user=user)
    for region, level in DIAGNOSES[profession].items():
        let_diagnose(practitioner, region, profession=profession, level=level, site=site)
    return user


def let_diagnose(practitioner: Practitioner, region: str, *, profession: str, level: str, site: Site | None = None) -> None:
    Privilege.objects.create(
        practitioner=practitioner,
        site=site or a_site(),
        profession=profession,
        scope=f"diagnose_lesion/none@{region}",
        supervision=level,
        valid=AGES,
        sources=["test"],
    )


def a_diagnosis(code: str = "milium", kind: str = "benign") -> Diagnosis:
    return Diagnosis.objects.get_or_create(code=code, defaults={"name": code.title(), "kind": kind})[0]


def a_milia_type(code: str = "primary") -> MiliaType:
    return MiliaType.objects.get_or_create(code=code, defaults={"name": code.title()})[0]


def confirmed(**fields: Any) -> dict[str, Any]:
    """The columns of a lesion that is a confirmed milium."""
    return {"diagnosis": a_diagnosis(), "diagnosis_certainty": "confirmed"} | fields
