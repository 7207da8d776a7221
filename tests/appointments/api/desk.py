"""A clinic with its front desk on the line: what every test of the booking API begins with."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rest_framework.test import APIClient

from clinic.models import Practitioner, Site, User
from patients.models import Lesion, Patient
from tests.clinic.tokens import client_of
from tests.clinic_world import a_dermatologist, a_patient, after, charted, front_desk, open_clinic, order
from tests.factories_consents import agreed

API = "/api/v1"
APPOINTMENTS = f"{API}/appointments/"


@dataclass(frozen=True, kw_only=True)
class Clinic:
    """Columbus, its front desk, a dermatologist, and a patient with a milium on the cheek that is ordered, and agreed, to be opened."""

    site: Site
    desk: APIClient
    clerk: User
    derm: Practitioner
    patient: Patient
    lesion: Lesion


def a_clinic(*, ordered: bool = True) -> Clinic:
    site = open_clinic()
    derm = a_dermatologist(site=site, username="derm")
    patient = agreed(a_patient(site))
    lesion = charted(patient)
    if ordered:
        order(derm, patient, [lesion])
    clerk = front_desk(site)
    return Clinic(site=site, desk=client_of(clerk), clerk=clerk, derm=derm, patient=patient, lesion=lesion)


def asking(clinic: Clinic, start: datetime | str | None = None, **fields: Any) -> dict[str, Any]:
    """The body of a booking: the lesion with derm, tomorrow at ten."""
    body = {
        "patient": str(clinic.patient.id),
        "site": clinic.site.code,
        "practitioner": "derm",
        "start": start if isinstance(start, str) else (start or after()).isoformat(),
        "treatments": [{"treatment": "lancet-extraction", "lesions": [str(clinic.lesion.id)]}],
    }
    return {name: value for name, value in (body | fields).items() if value is not None}


def booked(
    clinic: Clinic, start: datetime | str | None = None, *, client: APIClient | None = None, **fields: Any
) -> dict[str, Any]:
    """A visit that the API has booked."""
    response = (client or clinic.desk).post(APPOINTMENTS, asking(clinic, start, **fields))
    assert response.status_code == 201, response.json()
    return response.json()


def act(
    clinic: Clinic, visit: dict[str, Any], action: str, body: dict[str, Any] | None = None, *, client: APIClient | None = None
) -> Any:
    """The answer to an action on the visit."""
    return (client or clinic.desk).post(f"{APPOINTMENTS}{visit['id']}/{action}/", body or {})


def codes(answer: dict[str, Any]) -> list[str]:
    """The codes of all reasons."""
    return [reason["code"] for reason in answer["reasons"]]
