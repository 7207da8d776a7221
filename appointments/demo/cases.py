"""The named cases: one patient with one lesion each, and no visit, so that anybody can book them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from appointments.demo.charts import Book, Chart, Signature
from appointments.demo.ground import Ground
from clinic.scopes import UNKNOWN
from patients.models import Lesion, Patient
from patients.policies.findings import NONE, PROVISIONAL
from treatments.models import TreatmentOrder

MAIL = "pearl.example"
SITE = "columbus"
LID = "eyelid_left_upper"


@dataclass(frozen=True, kw_only=True)
class Case:
    """Who it is, and the lesion; `signer` is the username of whoever assessed it, `ordered` for an extraction, `flagged` as suspicious since."""

    name: str
    born: date | None = None
    days_old: int | None = None
    guardian: str = ""
    lesion: Mapping[str, object]
    signer: str = "derm"
    cosigner: str = ""
    ordered: bool = False
    flagged: bool = False
    skin: tuple[str, ...] = ()


CHEEK: Mapping[str, object] = {"body_site": "cheek"}
UNSEEN: Mapping[str, object] = {"diagnosis": None, "certainty": NONE, "depth": UNKNOWN, "milia_type": "unclassified"}
CASES = {
    "cheek_confirmed": Case(name="Nadia Petrov", born=date(1988, 3, 14), lesion=CHEEK),
    "cheek_ordered": Case(name="Lucía Mendoza", born=date(1979, 11, 2), lesion=CHEEK, ordered=True),
    "cheek_unconfirmed": Case(name="Arjun Mehta", born=date(1994, 6, 21), lesion=CHEEK | UNSEEN, signer=""),
    "lid_confirmed": Case(name="Miriam Cohen", born=date(1971, 1, 30), lesion={"body_site": LID}),
    "lid_ordered": Case(name="Kofi Mensah", born=date(1983, 9, 9), lesion={"body_site": LID}, ordered=True),
    "periocular_unverified": Case(name="Freya Lindqvist", born=date(1990, 4, 5), lesion={"body_site": "under_eye"}),
    "periocular_verified": Case(
        name="Minh Nguyen", born=date(1986, 12, 17), lesion={"body_site": "under_eye", "region_verified": True}
    ),
    "suspicious": Case(name="Paola Ferrari", born=date(1962, 8, 26), lesion=CHEEK, flagged=True),
    "en_plaque": Case(
        name="Tariq Hassan",
        born=date(1975, 5, 11),
        lesion=CHEEK | {"milia_type": "en_plaque", "count": 14},
        signer="pa",
        cosigner="ophth",
    ),
    "newborn": Case(
        name="Noor Haddad",
        days_old=21,
        guardian="Leila Haddad",
        lesion=CHEEK | {"milia_type": "neonatal", "noted_days_ago": 14, "count": 6},
        signer="pediatrician",
    ),
    "child": Case(name="Emeka Balogun", days_old=3_800, guardian="Adaeze Balogun", lesion=CHEEK, signer="pediatrician"),
    "pregnant": Case(name="Valentina Rossi", born=date(1992, 2, 8), lesion=CHEEK, skin=("pregnant",)),
    "isotretinoin": Case(name="Sebastián Flores", born=date(2001, 7, 19), lesion=CHEEK, skin=("isotretinoin",)),
    "comedone": Case(
        name="Zofia Kowalski", born=date(1997, 10, 3), lesion=CHEEK | {"diagnosis": "closed_comedone", "milia_type": None}
    ),
}


def chart_cases(book: Book) -> list[Lesion]:
    """Chart every case; the lesions that derm orders an extraction of."""
    ordered = []
    for code, case in CASES.items():
        patient = _patient(book, code, case)
        lesion = book.add_lesion(patient, Chart(**case.lesion, signature=_signature(book.ground, case)))
        if case.skin:
            book.add_skin(patient, *case.skin)
        if case.flagged:
            _flag(book, lesion)
        if case.ordered:
            ordered.append(lesion)
    return ordered


def described_cases() -> dict[str, dict[str, str]]:
    """Patient, lesion and order of each case as they stand in the database, in the order of the table."""
    codes = {email_of(code): code for code in CASES}
    patients = {codes[row.email or row.guardian_email]: row for row in _written(codes)}
    lesions = dict(Lesion.objects.filter(patient__in=patients.values()).order_by("-id").values_list("patient_id", "id"))
    orders = dict(TreatmentOrder.objects.filter(patient__in=patients.values()).order_by("-id").values_list("patient_id", "id"))
    described = {}
    for code, case in CASES.items():
        patient = patients[code].id
        described[code] = {"patient": str(patient), "lesion": str(lesions[patient])}
        if case.ordered:
            described[code]["order"] = str(orders[patient])
    return described


def email_of(code: str) -> str:
    """The address by which a case is found again."""
    return f"{code.replace('_', '.')}@{MAIL}"


def _written(emails: Mapping[str, str]) -> list[Patient]:
    return [*Patient.objects.filter(email__in=emails), *Patient.objects.filter(email="", guardian_email__in=emails)]


def _patient(book: Book, code: str, case: Case) -> Patient:
    given, family = case.name.split()
    today = book.ground.today(book.ground.sites[SITE])
    guardian = {
        "guardian_name": case.guardian,
        "guardian_relationship": "mother",
        "guardian_email": email_of(code),
    }
    return book.add_patient(
        site=SITE,
        given_name=given,
        family_name=family,
        birth_date=case.born or today - timedelta(days=case.days_old or 0),
        email="" if case.guardian else email_of(code),
        **(guardian if case.guardian else {}),
    )


def _signature(ground: Ground, case: Case) -> Signature | None:
    if not case.signer:
        return None
    professions = {"pa": "physician_assistant", "pediatrician": "pediatrician"}
    return Signature(
        by=ground.people[case.signer],
        profession=professions.get(case.signer, "dermatologist"),
        at=ground.ago(days=9, hours=-15),
        cosigned_by=ground.people[case.cosigner] if case.cosigner else None,
    )


def _flag(book: Book, lesion: Lesion) -> None:
    """The esthetician suspects something contagious: the diagnosis stands, the lesion is flagged and referred."""
    lesion.suspicious = True
    found = {"diagnosis": book.diagnoses["molluscum_contagiosum"], "certainty": PROVISIONAL, "suspicious": True}
    signature = Signature(by=book.ground.people["esth"], profession="esthetician", at=book.ground.ago(days=4, hours=-16))
    book.referred.append((book.add_assessment(lesion, signature, **found), lesion))
