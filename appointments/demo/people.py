"""Some three hundred patients of three sites, with lesions of each type, at each body site and in each state of diagnosis."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import cycle, product
from unicodedata import normalize

from appointments.demo.charts import Book, Chart, Signature
from appointments.demo.ground import Ground
from appointments.demo.names import FAMILY, GIVEN
from clinic.scopes import EYELID, UNKNOWN
from patients.models import Patient
from patients.policies.findings import CONFIRMED, NONE, PROVISIONAL

SITES, SHARES = ("columbus", "jersey-city", "san-diego"), (70, 14, 16)
SIGNERS = {"columbus": ("derm", "derm-2", "director"), "jersey-city": ("derm-nj",), "san-diego": ("derm-ca",)}
MINORS = 0.12
NEWBORNS_AMONG_MINORS = 0.15
TYPES = ("primary", "secondary", "primary", "multiple_eruptive", "primary", "en_plaque", "primary", "unclassified", "secondary")
CERTAINTIES = (CONFIRMED, CONFIRMED, PROVISIONAL, CONFIRMED, NONE, CONFIRMED)
DEPTHS, DEPTH_SHARES = ("epidermal", "stratum_corneum", "dermal"), (70, 18, 12)
OTHERS = ("syringoma", "seborrhoeic_keratosis", "sebaceous_hyperplasia", "pustule")
SKIN_NOTES = ("keloid", "herpes", "breastfeeding", "isotretinoin", "pregnant")
RELATIONS = ("mother", "father", "grandmother", "guardian")
DOMAIN = "mail.example"


def chart_patients(book: Book, *, number: int) -> None:
    """Chart so many patients; the combinations of body site and diagnosis come round in turn, everything else by chance."""
    chance = book.ground.chance
    names = _names(book.ground)
    places = cycle(product(CERTAINTIES, chance.sample(sorted(book.body_sites), len(book.body_sites))))
    types = cycle(TYPES)
    for count in range(number):
        site = chance.choices(SITES, SHARES)[0]
        given, family = next(names)
        patient = _patient(book, site, given, family, number=count)
        if chance.random() < 0.25:
            noted = [chance.choice(SKIN_NOTES)] if chance.random() < 0.3 else []
            book.add_skin(patient, *noted, fitzpatrick=chance.randint(1, 6))
        for _ in range(chance.choices((1, 2, 3), (45, 40, 15))[0]):
            certainty, place = next(places)
            _chart(book, patient, body_site=place, certainty=certainty, milia_type=next(types))


def _names(ground: Ground) -> Iterator[tuple[str, str]]:
    """Every pair of names once, in a shuffled order that has no end."""
    pairs = list(product(GIVEN, FAMILY))
    ground.chance.shuffle(pairs)
    return cycle(pairs)


def _patient(book: Book, site: str, given: str, family: str, *, number: int) -> Patient:
    chance = book.ground.chance
    today = book.ground.today(book.ground.sites[site])
    address = f"{_plain(given)}.{_plain(family)}.{number}@{DOMAIN}"
    language = chance.choices(("en", "es"), (85, 15))[0]
    if chance.random() >= MINORS:
        born = today - timedelta(days=chance.randint(19 * 366, 82 * 365))
        return book.add_patient(
            site=site, given_name=given, family_name=family, birth_date=born, email=address, language=language
        )
    return book.add_patient(
        site=site,
        given_name=given,
        family_name=family,
        birth_date=_minor_born(book.ground, today),
        email="",
        language=language,
        guardian_name=f"{chance.choice(GIVEN)} {family}",
        guardian_relationship=chance.choice(RELATIONS),
        guardian_email=address,
    )


def _minor_born(ground: Ground, today: date) -> date:
    is_newborn = ground.chance.random() < NEWBORNS_AMONG_MINORS
    youngest, oldest = (7, 70) if is_newborn else (2 * 365, 17 * 365)
    return today - timedelta(days=ground.chance.randint(youngest, oldest))


def _chart(book: Book, patient: Patient, *, body_site: str, certainty: str, milia_type: str) -> None:
    """One lesion; now and then the same on the other side."""
    chance = book.ground.chance
    age_days = (book.ground.today(patient.registered_site) - patient.birth_date).days
    chart = Chart(
        body_site=body_site,
        laterality=chance.choice(("left", "right", "midline")),
        milia_type="neonatal" if age_days < 100 else milia_type,
        depth=UNKNOWN if certainty == NONE else chance.choices(DEPTHS, DEPTH_SHARES)[0],
        diagnosis=None if certainty == NONE else "milium",
        certainty=certainty,
        region_verified=certainty == CONFIRMED and body_site in {"under_eye", "around_eye"} and chance.random() < 0.6,
        suspicious=certainty != CONFIRMED and chance.random() < 0.12,
        count=chance.randint(6, 20) if milia_type in {"en_plaque", "multiple_eruptive"} else chance.randint(1, 4),
        size_mm=Decimal(chance.randint(5, 30)) / 10,
        noted_days_ago=min(chance.randint(20, 900), age_days),
    )
    chart = replace(_diagnosed_otherwise(book, chart), signature=_signature(book, patient, chart))
    book.add_lesion(patient, chart)
    if chart.laterality != "midline" and not body_site.startswith("eyelid") and chance.random() < 0.2:
        book.add_lesion(patient, replace(chart, laterality="left" if chart.laterality == "right" else "right"))


def _diagnosed_otherwise(book: Book, chart: Chart) -> Chart:
    """Some lesions of face and body are comedones, and a few something else."""
    off_the_lid = book.body_sites[chart.body_site].region in {"face", "body"}
    drawn = book.ground.chance.random()
    if chart.diagnosis is None or not off_the_lid or drawn >= 0.3:
        return chart
    if drawn < 0.22:
        return replace(chart, diagnosis="closed_comedone", depth="stratum_corneum", milia_type=None)
    return replace(chart, diagnosis=book.ground.chance.choice(OTHERS), milia_type=None)


def _signature(book: Book, patient: Patient, chart: Chart) -> Signature | None:
    """A dermatologist of the site; at the lid it may be the ophthalmologist. Nobody signed what was only noted."""
    if chart.certainty == NONE and not chart.suspicious:
        return None
    site, chance = patient.registered_site.code, book.ground.chance
    earliest = max(1, min(120, chart.noted_days_ago))
    at = book.ground.ago(days=chance.randint(min(15, earliest), earliest), hours=-chance.randint(14, 21))
    if site == "columbus" and book.body_sites[chart.body_site].region == EYELID and chance.random() < 0.5:
        return Signature(by=book.ground.people["ophth"], profession="ophthalmologist", at=at)
    return Signature(by=book.ground.people[chance.choice(SIGNERS[site])], profession="dermatologist", at=at)


def _plain(name: str) -> str:
    """The name in ASCII, for an address."""
    letters = normalize("NFKD", name.replace("ı", "i")).encode("ascii", "ignore").decode()
    return letters.lower()
