"""Makers of plans and home care for tests: each names only what the test is about."""

import json
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from clinic.models import Site, User
from clinic.services.authority import rebuild_authority
from patients.models import Contraindication, Lesion, Patient, SkinProfile
from patients.services.reference import load_catalogues as load_patient_catalogues
from tests.factories import a_lesion, a_patient, a_site
from tests.factories_clinic import an_agreement
from tests.patients.charting import confirmed
from tests.treatments.ordering import a_signer
from treatments.models import Encounter, HomeCarePlan, TreatmentPlan
from treatments.policies.plans.care import Care, CareItem, Ingredient
from treatments.selectors.planning import NewPlan, NewStep
from treatments.selectors.routines import NewCare, NewItem
from treatments.services.home_care import draft_home_care
from treatments.services.home_care_course import start_home_care
from treatments.services.plans import activate_plan, draft_plan
from treatments.services.reference import INGREDIENTS, load_catalogues

NOW = datetime(2027, 1, 12, 15, 0, tzinfo=UTC)  # 10:00 on a Tuesday in Columbus
TODAY = date(2027, 1, 12)
SUNSCREEN = NewItem(ingredient="sunscreen", region="face", time_of_day="morning")


def a_clinic_with_catalogues() -> Site:
    """The site columbus with everything that the product ships."""
    site = a_site()
    load_patient_catalogues()
    load_catalogues()
    return site


@cache
def shipped_ingredients() -> dict[str, dict[str, Any]]:
    """The classes as the product ships them, by code."""
    return {entry["code"]: entry for entry in json.loads(INGREDIENTS.read_text(encoding="utf-8"))}


def an_ingredient(code: str) -> Ingredient:
    """What the rules know of a class that the product ships."""
    entry = shipped_ingredients()[code]
    return Ingredient(
        code=code,
        name=entry["names"]["en"],
        family=entry["family"],
        source=entry["source"],
        prescription=entry["prescription"],
        most_per_week=entry["most_per_week"],
        times=tuple(entry["times"]),
        minutes=tuple(entry["minutes"]) if entry["minutes"] else None,
        suits=entry["suits"],
        strengths=entry["strengths"],
    )


def an_item(code: str, *, region: str = "face", **fields: Any) -> CareItem:
    """A line of a routine: a retinoid or acid in low strength twice a week, anything else daily."""
    ingredient = an_ingredient(code)
    strong = ingredient.family in {"retinoid", "aha", "bha"}
    defaults = {
        "strength": "low" if strong or ingredient.family == "acid_cleanser" else "",
        "per_week": min(ingredient.most_per_week, 2 if strong else 7) or 1,
        "time_of_day": next(iter(ingredient.times), "evening"),
        "minutes": ingredient.minutes[0] if ingredient.minutes else None,
    }
    return CareItem(ingredient=ingredient, region=region, **defaults | fields)


def a_routine(*items: CareItem, sunscreen: bool = True, **fields: Any) -> Care:
    """A routine with these items and sunscreen for the face, for somebody who was asked and is not pregnant."""
    protection = [an_item("sunscreen")] if sunscreen else []
    return Care(items=[*items, *protection], **{"starts_on": TODAY, "pregnancy_answer": "no", "prescriber": True} | fields)


def a_retinoid(**fields: Any) -> NewItem:
    """Retinol in low strength for the whole face."""
    defaults = {"ingredient": "retinol", "region": "face", "strength": "low", "per_week": 2, "time_of_day": "evening"}
    return NewItem(**defaults | fields)


def a_care(*items: NewItem, **fields: Any) -> NewCare:
    """Retinol and sunscreen for the face, unless told otherwise."""
    return NewCare(items=items or (a_retinoid(), SUNSCREEN), **{"pregnancy_answer": "no"} | fields)


def an_author(profession: str = "dermatologist") -> User:
    """A user who practises in that profession at columbus, by the shipped policy."""
    return a_signer(profession)


def a_supervised_author(profession: str = "physician_assistant") -> User:
    """A PA or NP with a dermatologist's general agreement to prescribe."""
    supervisor, author = a_signer("dermatologist"), a_signer(profession)
    an_agreement(
        supervisor.practitioner, author.practitioner, acts=["prescribe_topical_retinoid"], level="general", sites=[a_site()]
    )
    people = [supervisor.practitioner.pk, author.practitioner.pk]
    rebuild_authority(practitioners=people, now=datetime(2026, 1, 1, 5, tzinfo=UTC))
    return author


def a_draft(actor: User | None = None, *, patient: Patient | None = None, care: NewCare | None = None) -> HomeCarePlan:
    """A draft of home care."""
    return draft_home_care(
        actor=actor or an_author(), patient=patient or a_patient(), site=a_site(), care=care or a_care(), now=NOW
    )


def home_care(actor: User | None = None, *, now: datetime = NOW, **fields: Any) -> HomeCarePlan:
    """Home care that was begun."""
    actor = actor or an_author()
    return start_home_care(actor=actor, home_care=a_draft(actor, **fields), now=now)


def a_milium(patient: Patient | None = None, **fields: Any) -> Lesion:
    """A confirmed milium on the cheek."""
    return a_lesion(patient, **confirmed(**fields))


def an_extraction(*lesions: Lesion) -> NewStep:
    return NewStep(kind="extraction", treatment="lancet-extraction", lesions=tuple(lesion.pk for lesion in lesions))


def a_plan(
    actor: User | None = None,
    *steps: NewStep,
    patient: Patient | None = None,
    consultation: Encounter | None = None,
    **fields: Any,
) -> TreatmentPlan:
    """A draft of a treatment plan: home care and a review, unless told otherwise."""
    return draft_plan(
        actor=actor or an_author(),
        patient=patient or a_patient(),
        site=a_site(),
        plan=NewPlan(steps=steps or (NewStep(kind="home_care"), NewStep(kind="review")), **fields),
        consultation=consultation,
        now=NOW,
    )


def an_active_plan(actor: User | None = None, *steps: NewStep, **fields: Any) -> TreatmentPlan:
    actor = actor or an_author()
    return activate_plan(actor=actor, plan=a_plan(actor, *steps, **fields), now=NOW)


def contraindicated(patient: Patient, code: str, **fields: Any) -> Contraindication:
    """Something on file against treatments, since last year."""
    profile, _ = SkinProfile.objects.get_or_create(patient=patient)
    return Contraindication.objects.create(profile=profile, code=code, **{"since": date(2026, 6, 1)} | fields)
