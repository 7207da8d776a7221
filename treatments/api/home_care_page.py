"""The written plan that the patient takes home, in the patient's language."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.formats import date_format
from django.utils.translation import override
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request

from clinic.api.base import ApiView
from clinic.api.permissions import ANY_STAFF, RolesByMethod
from clinic.api.schema import describe
from clinic.errors import Conflict
from clinic.selectors.protocol import rule_coded
from patients.selectors.records import found
from treatments.models import HomeCareItem, HomeCarePlan, IngredientClass
from treatments.policies.plans import handout
from treatments.policies.plans.words import ACTIVE, RETINOID, SPOT
from treatments.selectors.plans import classes_to_avoid, home_care_visible_to

STYLE = "treatments/handout.css"


class HomeCarePage(ApiView):
    """Home care to be read and printed."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe("Home care as a page", shown=OpenApiTypes.STR, status=(200, "text/html"), refuses=(409,))
    def get(self, request: Request, home_care: UUID) -> HttpResponse:
        """What was begun; a draft is handed to nobody."""
        row = found(home_care_visible_to(request.user), home_care)
        if row.starts_on is None:
            raise Conflict("illegal_transition", "Home care is handed out once it is started.")
        headers = {"Cache-Control": "no-store", "Content-Disposition": f'inline; filename="home-care-{row.pk}.html"'}
        return HttpResponse(page_of(row, avoid=classes_to_avoid()), headers=headers)


def page_of(row: HomeCarePlan, *, avoid: Iterable[IngredientClass]) -> str:
    """The page as HTML."""
    language = row.patient.language if row.patient.language in handout.LANGUAGES else handout.LANGUAGES[0]
    items = list(row.items.all())
    alarms = handout.ALARMS[language]
    if any(item.family == RETINOID for item in items):
        alarms = (handout.NO_RETINOID[language], *alarms)
    context: dict[str, Any] = {
        "language": language,
        "words": handout.WORDS[language],
        "style": static(STYLE),
        "patient": row.patient.name,
        "clinic": row.site.name,
        "phone": row.site.phone,
        "author": row.author.name,
        "starts_on": _day(row.starts_on, language),
        "version": row.version,
        "ended": row.status != ACTIVE,
        "note": row.note,
        "items": [_line(item, language) for item in items],
        "ladders": [_ladder(item, language) for item in items if item.family == RETINOID],
        "habits": handout.HABITS[language],
        "avoid": [entry.names[language] for entry in avoid],
        "alarms": alarms,
        "follow_up": [
            {"day": _day(row.starts_on + after, language), "text": text}
            for after, text in zip(_looks(), handout.FOLLOW_UP[language], strict=True)
        ],
    }
    return render_to_string("treatments/home_care.html", context)


def _line(item: HomeCareItem, language: str) -> dict[str, str]:
    words = handout.WORDS[language]
    is_retinoid = item.family == RETINOID
    return {
        "name": item.ingredient.names[language],
        "strength": handout.STRENGTHS[language].get(item.strength, ""),
        "where": _where(item, language),
        "when": handout.TIMES[language][item.time_of_day],
        "often": words["ladder_below"] if is_retinoid else handout.how_often(item.per_week, language=language),
        "minutes": words["minutes"].format(minutes=item.minutes) if item.minutes else "",
        "directions": item.ingredient.directions[language],
    }


def _ladder(item: HomeCareItem, language: str) -> dict[str, Any]:
    return {
        "name": item.ingredient.names[language],
        "where": _where(item, language),
        "rungs": [
            {"day": _day(rung.from_on, language), "nights": handout.NIGHTS[language][rung.nights]} for rung in item.rungs.all()
        ],
    }


def _where(item: HomeCareItem, language: str) -> str:
    region = handout.REGIONS[language][item.region]
    return f"{region}, {handout.WORDS[language]['spot']}" if item.extent == SPOT else region


def _day(day: date, language: str) -> str:
    with override(language):
        return date_format(day, "DATE_FORMAT")


def _looks() -> list[timedelta]:
    """When a dermatologist looks at what is still there, and when the author looks at the whole: as the protocol says."""
    return [timedelta(days=rule_coded(code).offsets[0]) for code in ("P13", "P14")]
