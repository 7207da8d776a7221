"""Home care and its ingredient classes over HTTP."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.api.base import ApiView
from clinic.api.pagination import filters, paged
from clinic.api.permissions import ANY_STAFF, PRACTITIONERS, RolesByMethod
from clinic.api.render import key, one_of, word
from clinic.api.schema import ACTS, EDITS, choice, describe, page_of
from clinic.api.strict import NoInput, read
from clinic.api.versions import answer, etag_of, require_version
from clinic.selectors.people import site_named
from patients.selectors.records import all_found, found, lesions_visible_to, patients_visible_to
from treatments.api.plan_inputs import HomeCareChange, HomeCareInput, PlanStopInput
from treatments.api.plan_shown import HomeCareShown, IngredientShown, show_home_care, show_ingredient
from treatments.policies.plans.words import FAMILIES, HOME_CARE_STATUSES
from treatments.selectors.plans import home_care_visible_to, ingredient_classes, plans_visible_to
from treatments.selectors.routines import NewCare
from treatments.services.home_care import draft_home_care, next_version, redraft_home_care
from treatments.services.home_care_course import complete_home_care, start_home_care, stop_home_care


class IngredientClasses(ApiView):
    """The catalogue of home care."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe(
        "Ingredient classes",
        shown=page_of(IngredientShown),
        query={
            "family": choice("family", FAMILIES, "What kind it is; avoid names what is left out."),
            "suits": choice("suits", ("oily", "dry"), "The skin that it is meant for."),
        },
        paging=True,
    )
    def get(self, request: Request) -> Response:
        """One page."""
        asked = filters(request, {"family": one_of(*FAMILIES), "suits": one_of("oily", "dry")})
        return paged(request, ingredient_classes().filter(**asked), show_ingredient, ordering=("code",))


class HomeCarePlans(ApiView):
    """The home care of the patients whom the caller may see, every version."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF, "POST": PRACTITIONERS}

    @describe(
        "Home-care plans",
        shown=page_of(HomeCareShown),
        query={
            "patient": "Patient id.",
            "site": "Site code.",
            "plan": "Treatment plan id.",
            "series": "What all versions share.",
            "status": choice("status", HOME_CARE_STATUSES, "How far it is."),
        },
        paging=True,
    )
    def get(self, request: Request) -> Response:
        """One page."""
        allowed = {"patient": key, "site": word, "plan": key, "series": key, "status": one_of(*HOME_CARE_STATUSES)}
        asked = filters(request, allowed)
        if "site" in asked:
            asked["site__code"] = asked.pop("site")
        return paged(request, home_care_visible_to(request.user).filter(**asked), show_home_care)

    @describe("Write home care", taken=HomeCareInput, shown=HomeCareShown, status=201, refuses=ACTS)
    def post(self, request: Request) -> Response:
        """A draft of the caller's, judged at once."""
        given = read(HomeCareInput, request)
        patient = found(patients_visible_to(request.user), given.pop("patient"))
        site = site_named(given.pop("site"))
        key_ = given.pop("plan", None)
        plan = found(plans_visible_to(request.user), key_) if key_ else None
        _require_visible_lesions(request, given)
        care = NewCare(**given)
        row = draft_home_care(actor=request.user, patient=patient, site=site, care=care, plan=plan, now=timezone.now())
        return _shown(request, row.pk, status=201)


class OneHomeCarePlan(ApiView):
    """One version of home care."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF, "PATCH": PRACTITIONERS}

    @describe("A home-care plan", shown=HomeCareShown)
    def get(self, request: Request, home_care: UUID) -> Response:
        """Show it."""
        return _shown(request, home_care)

    @describe("Change a draft", taken=HomeCareChange, shown=HomeCareShown, refuses=EDITS)
    def patch(self, request: Request, home_care: UUID) -> Response:
        """Items that are given replace all items."""
        row = found(home_care_visible_to(request.user).select_for_update(of=("self",)), home_care)
        given = read(HomeCareChange, request, partial=True)
        require_version(request, etag_of(show_home_care(row)))
        _require_visible_lesions(request, given)
        redraft_home_care(actor=request.user, home_care=row, changes=given, now=timezone.now())
        return _shown(request, home_care)


class Activate(ApiView):
    """Home care is begun."""

    roles: ClassVar[RolesByMethod] = {"POST": PRACTITIONERS}

    @describe("Begin home care", taken=NoInput, shown=HomeCareShown, refuses=ACTS)
    def post(self, request: Request, home_care: UUID) -> Response:
        """It replaces the version before it, and is fixed from now on."""
        read(NoInput, request)
        row = found(home_care_visible_to(request.user), home_care)
        start_home_care(actor=request.user, home_care=row, now=timezone.now())
        return _shown(request, home_care)


class Stop(ApiView):
    """Home care is stopped."""

    roles: ClassVar[RolesByMethod] = {"POST": PRACTITIONERS}

    @describe("Stop home care", taken=PlanStopInput, shown=HomeCareShown, refuses=ACTS)
    def post(self, request: Request, home_care: UUID) -> Response:
        """With its reason."""
        given = read(PlanStopInput, request)
        row = found(home_care_visible_to(request.user), home_care)
        stop_home_care(actor=request.user, home_care=row, now=timezone.now(), **given)
        return _shown(request, home_care)


class Complete(ApiView):
    """Home care has done its work."""

    roles: ClassVar[RolesByMethod] = {"POST": PRACTITIONERS}

    @describe("Complete home care", taken=NoInput, shown=HomeCareShown, refuses=ACTS)
    def post(self, request: Request, home_care: UUID) -> Response:
        """It ends as planned."""
        read(NoInput, request)
        row = found(home_care_visible_to(request.user), home_care)
        complete_home_care(actor=request.user, home_care=row, now=timezone.now())
        return _shown(request, home_care)


class NewVersion(ApiView):
    """The next version of home care."""

    roles: ClassVar[RolesByMethod] = {"POST": PRACTITIONERS}

    @describe("Write the next version", taken=HomeCareChange, shown=HomeCareShown, status=201, refuses=ACTS)
    def post(self, request: Request, home_care: UUID) -> Response:
        """A draft that says what this one says but for the changes; starting it ends this one."""
        given = read(HomeCareChange, request)
        row = found(home_care_visible_to(request.user), home_care)
        _require_visible_lesions(request, given)
        version = next_version(actor=request.user, home_care=row, changes=given, now=timezone.now())
        return _shown(request, version.pk, status=201)


def _require_visible_lesions(request: Request, given: dict[str, Any]) -> None:
    all_found(lesions_visible_to(request.user), given.get("lesions", ()))


def _shown(request: Request, home_care: UUID, *, status: int = 200) -> Response:
    return answer(show_home_care(found(home_care_visible_to(request.user), home_care)), status=status)
