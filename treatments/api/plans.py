"""Treatment plans over HTTP."""

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
from clinic.errors import Malformed
from clinic.selectors.people import site_named
from patients.selectors.charts import referrals_visible_to
from patients.selectors.records import all_found, found, lesions_visible_to, patients_visible_to
from treatments.api.plan_inputs import CarriedOutInput, PlanChange, PlanInput, PlanStopInput, StepCloseInput
from treatments.api.plan_shown import PlanShown, show_plan
from treatments.models import PlanStep
from treatments.policies.plans.words import DONE, OUTCOMES, PLAN_STATUSES
from treatments.selectors.log.records import procedures_visible_to
from treatments.selectors.planning import NewPlan
from treatments.selectors.plans import encounters_visible_to, home_care_visible_to, plans_visible_to
from treatments.services.plans import activate_plan, draft_plan, redraft_plan, stop_plan
from treatments.services.steps import Means, close_step, tell_means


class Plans(ApiView):
    """The treatment plans of the patients whom the caller may see."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF, "POST": PRACTITIONERS}

    @describe(
        "Treatment plans",
        shown=page_of(PlanShown),
        query={
            "patient": "Patient id.",
            "site": "Site code.",
            "status": choice("status", PLAN_STATUSES, "How far it is."),
            "outcome": choice("outcome", OUTCOMES, "How the consultation ended."),
        },
        paging=True,
    )
    def get(self, request: Request) -> Response:
        """One page."""
        allowed = {"patient": key, "site": word, "status": one_of(*PLAN_STATUSES), "outcome": one_of(*OUTCOMES)}
        asked = filters(request, allowed)
        if "site" in asked:
            asked["site__code"] = asked.pop("site")
        return paged(request, plans_visible_to(request.user).filter(**asked), show_plan)

    @describe("Write a plan", taken=PlanInput, shown=PlanShown, status=201, refuses=ACTS)
    def post(self, request: Request) -> Response:
        """A draft of the caller's, judged at once."""
        given = read(PlanInput, request)
        patient = found(patients_visible_to(request.user), given.pop("patient"))
        site = site_named(given.pop("site"))
        key_ = given.pop("consultation", None)
        consultation = found(encounters_visible_to(request.user), key_) if key_ else None
        _require_visible_lesions(request, given)
        plan = draft_plan(
            actor=request.user,
            patient=patient,
            site=site,
            plan=NewPlan(**given),
            consultation=consultation,
            now=timezone.now(),
        )
        return _shown(request, plan.pk, status=201)


class OnePlan(ApiView):
    """A treatment plan."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF, "PATCH": PRACTITIONERS}

    @describe("A treatment plan", shown=PlanShown)
    def get(self, request: Request, plan: UUID) -> Response:
        """Show it."""
        return _shown(request, plan)

    @describe("Change a draft", taken=PlanChange, shown=PlanShown, refuses=EDITS)
    def patch(self, request: Request, plan: UUID) -> Response:
        """Steps that are given replace all steps."""
        row = found(plans_visible_to(request.user).select_for_update(of=("self",)), plan)
        given = read(PlanChange, request, partial=True)
        require_version(request, etag_of(show_plan(row)))
        _require_visible_lesions(request, given)
        redraft_plan(actor=request.user, plan=row, changes=given, now=timezone.now())
        return _shown(request, plan)


class Activate(ApiView):
    """A plan is begun."""

    roles: ClassVar[RolesByMethod] = {"POST": PRACTITIONERS}

    @describe("Begin a plan", taken=NoInput, shown=PlanShown, refuses=ACTS)
    def post(self, request: Request, plan: UUID) -> Response:
        """From now on what stands in it is fixed."""
        read(NoInput, request)
        activate_plan(actor=request.user, plan=found(plans_visible_to(request.user), plan), now=timezone.now())
        return _shown(request, plan)


class Stop(ApiView):
    """A plan is given up."""

    roles: ClassVar[RolesByMethod] = {"POST": PRACTITIONERS}

    @describe("Stop a plan", taken=PlanStopInput, shown=PlanShown, refuses=ACTS)
    def post(self, request: Request, plan: UUID) -> Response:
        """With its reason."""
        given = read(PlanStopInput, request)
        stop_plan(actor=request.user, plan=found(plans_visible_to(request.user), plan), now=timezone.now(), **given)
        return _shown(request, plan)


class CompleteStep(ApiView):
    """A step of a plan is done, or skipped."""

    roles: ClassVar[RolesByMethod] = {"POST": PRACTITIONERS}

    @describe("Close a step", taken=StepCloseInput, shown=PlanShown, refuses=ACTS)
    def post(self, request: Request, plan: UUID, step: UUID) -> Response:
        """One after the other; with the last one the plan is completed."""
        given = read(StepCloseInput, request)
        row = _step(request, plan, step)
        state, means = given.pop("state", DONE), _means(request, given)
        close_step(actor=request.user, step=row, state=state, means=means, now=timezone.now())
        return _shown(request, plan)


class CarriedOut(ApiView):
    """What a step was carried out with."""

    roles: ClassVar[RolesByMethod] = {"POST": PRACTITIONERS}

    @describe("Say what a step was carried out with", taken=CarriedOutInput, shown=PlanShown, refuses=ACTS)
    def post(self, request: Request, plan: UUID, step: UUID) -> Response:
        """Afterwards, once: a signed log or a referral."""
        given = read(CarriedOutInput, request)
        means = _means(request, given)
        if len(means.named) != 1:
            raise Malformed({"procedure": "Name a signed log or a referral, one of them."})
        tell_means(actor=request.user, step=_step(request, plan, step), means=means)
        return _shown(request, plan)


def _step(request: Request, plan: UUID, step: UUID) -> PlanStep:
    steps = PlanStep.objects.filter(plan=found(plans_visible_to(request.user), plan))
    return found(steps.select_related("plan"), step)


def _means(request: Request, given: dict[str, Any]) -> Means:
    """What is named, as far as the caller may see it."""
    seen = {
        "encounter": encounters_visible_to,
        "home_care_plan": home_care_visible_to,
        "procedure": procedures_visible_to,
        "referral": referrals_visible_to,
    }
    rows = {name: found(seen[name](request.user), key_) for name, key_ in given.items() if key_ is not None}
    return Means(home_care=rows.pop("home_care_plan", None), **rows)


def _require_visible_lesions(request: Request, given: dict[str, Any]) -> None:
    all_found(lesions_visible_to(request.user), [lesion for step in given.get("steps", []) for lesion in step.lesions])


def _shown(request: Request, plan: UUID, *, status: int = 200) -> Response:
    return answer(show_plan(found(plans_visible_to(request.user), plan)), status=status)
