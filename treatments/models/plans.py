"""What is meant to be done for a patient, step after step."""

from django.db import models
from django.db.models import F, Q

from clinic.base import Keyed, one_of
from clinic.constraints import CompositeForeignKey, Trigger
from clinic.history import tracked
from clinic.models import Practitioner, Site
from clinic.scopes import PROFESSIONS
from patients.models import Lesion, Patient, Referral
from treatments.models.catalogue import Treatment
from treatments.models.encounters import Encounter
from treatments.models.procedures import Procedure
from treatments.policies.plans.words import (
    ASSESSMENT,
    DONE,
    DRAFT,
    LOGGED,
    OPEN,
    OUTCOMES,
    PLAN_STATUSES,
    PROCEDURES,
    REFERRAL,
    REVIEW,
    STEP_KINDS,
    STEP_STATES,
    STOPPED,
)


@tracked
class TreatmentPlan(Keyed):
    """
    One plan of one author, with its steps; what stands in it is fixed once it is active.

    `consultation` is the encounter that it came out of, `free` whether that was a free consultation, `outcome` how the
    consultation ended. `warnings` is what was held against the plan without stopping it, as it was told to the author.
    """

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="plans")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    author = models.ForeignKey(Practitioner, models.PROTECT, related_name="+")
    profession = models.TextField()
    status = models.TextField(default=DRAFT, choices=[(word, word) for word in PLAN_STATUSES])
    consultation = models.ForeignKey(Encounter, models.PROTECT, null=True, blank=True, related_name="plans")
    free = models.BooleanField(default=False)
    outcome = models.TextField(blank=True, choices=[(word, word) for word in OUTCOMES])
    note = models.TextField(blank=True)
    warnings = models.JSONField(default=list, blank=True)
    written_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    stop_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            one_of("status", PLAN_STATUSES, name="plan_has_a_known_status"),
            one_of("profession", PROFESSIONS, name="plan_is_written_in_a_known_profession"),
            one_of("outcome", ("", *OUTCOMES), name="consultation_ends_with_a_known_outcome"),
            models.CheckConstraint(
                name="consultation_of_a_plan_has_an_outcome", condition=Q(consultation__isnull=True) | ~Q(outcome="")
            ),
            models.CheckConstraint(
                name="free_plan_names_its_consultation", condition=Q(free=False) | Q(consultation__isnull=False)
            ),
            models.CheckConstraint(name="stopped_plan_says_why", condition=~Q(status=STOPPED) | ~Q(stop_reason="")),
            models.UniqueConstraint(name="consultation_has_one_plan", fields=["consultation"], condition=~Q(status=STOPPED)),
            models.UniqueConstraint(fields=["id", "patient"], name="plan_patient_key"),
            Trigger(
                name="plan_is_fixed_once_active", timing="BEFORE INSERT OR UPDATE OR DELETE", function="treatments_guard_plan"
            ),
        ]
        indexes = [models.Index(fields=["patient", "status"], name="plan_by_patient")]

    def __str__(self) -> str:
        return f"plan {self.pk}"


@tracked
class PlanStep(Keyed):
    """
    One step of a plan, closed once by being done or skipped; `due_from` and `due_until` are days at the site.

    `done_in` is the stay at which it was done; `procedure` (its signed log), `home_care` and `referral` are what a step
    of such a kind was carried out with.
    """

    plan = models.ForeignKey(TreatmentPlan, models.PROTECT, related_name="steps")
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    kind = models.TextField(choices=[(word, word) for word in STEP_KINDS])
    treatment = models.ForeignKey(Treatment, models.PROTECT, null=True, blank=True, related_name="+")
    due_from = models.DateField(null=True, blank=True)
    due_until = models.DateField(null=True, blank=True)
    note = models.TextField(blank=True)
    state = models.TextField(default=OPEN, choices=[(word, word) for word in STEP_STATES])
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(Practitioner, models.PROTECT, null=True, blank=True, related_name="+")
    done_in = models.ForeignKey(Encounter, models.PROTECT, null=True, blank=True, related_name="+")
    home_care = models.ForeignKey("treatments.HomeCarePlan", models.PROTECT, null=True, blank=True, related_name="+")
    procedure = models.ForeignKey(Procedure, models.PROTECT, null=True, blank=True, related_name="+")
    referral = models.ForeignKey(Referral, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            one_of("kind", STEP_KINDS, name="step_is_of_a_known_kind"),
            one_of("state", STEP_STATES, name="step_has_a_known_state"),
            models.CheckConstraint(
                name="step_names_a_treatment_where_its_kind_has_one",
                condition=Q(kind__in=PROCEDURES, treatment__isnull=False)
                | Q(kind__in=(ASSESSMENT, REVIEW))
                | (~Q(kind__in=PROCEDURES) & Q(treatment__isnull=True)),
            ),
            models.CheckConstraint(
                name="step_is_due_before_it_is_late",
                condition=Q(due_from__isnull=True) | Q(due_until__isnull=True) | Q(due_from__lte=F("due_until")),
            ),
            models.CheckConstraint(
                name="closed_step_says_by_whom_and_when",
                condition=Q(state=OPEN, closed_at__isnull=True, closed_by__isnull=True, done_in__isnull=True)
                | (~Q(state=OPEN) & Q(closed_at__isnull=False, closed_by__isnull=False)),
            ),
            models.CheckConstraint(
                name="step_is_carried_out_with_what_its_kind_asks",
                condition=Q(procedure__isnull=True, referral__isnull=True)
                | Q(state=DONE, kind__in=LOGGED, procedure__isnull=False, done_in__isnull=False, referral__isnull=True)
                | Q(state=DONE, kind=REFERRAL, procedure__isnull=True, referral__isnull=False),
            ),
            models.UniqueConstraint(fields=["plan", "position"], name="plan_has_its_steps_in_order"),
            models.UniqueConstraint(fields=["id", "patient"], name="step_patient_key"),
            CompositeForeignKey(
                name="step_is_for_the_patient_of_its_plan",
                fields=["plan", "patient"],
                to="treatments.TreatmentPlan",
                to_fields=["id", "patient"],
            ),
            CompositeForeignKey(
                name="step_is_done_with_home_care_of_the_patient",
                fields=["home_care", "patient"],
                to="treatments.HomeCarePlan",
                to_fields=["id", "patient"],
            ),
            CompositeForeignKey(
                name="step_is_done_with_a_log_of_the_patient",
                fields=["procedure", "patient"],
                to="treatments.Procedure",
                to_fields=["id", "patient"],
            ),
            CompositeForeignKey(
                name="step_is_done_with_a_referral_of_the_patient",
                fields=["referral", "patient"],
                to="patients.Referral",
                to_fields=["id", "patient"],
            ),
            Trigger(
                name="step_is_closed_once",
                timing="BEFORE INSERT OR UPDATE OR DELETE",
                function="treatments_guard_step",
            ),
        ]

    def __str__(self) -> str:
        return f"step {self.position}: {self.kind}"


@tracked
class PlanStepLesion(Keyed):
    """A lesion that a step is about."""

    step = models.ForeignKey(PlanStep, models.CASCADE, related_name="targets")
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+")
    lesion = models.ForeignKey(Lesion, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["step", "lesion"], name="step_names_a_lesion_once"),
            CompositeForeignKey(
                name="step_lesion_is_of_the_patient_of_the_step",
                fields=["step", "patient"],
                to="treatments.PlanStep",
                to_fields=["id", "patient"],
            ),
            CompositeForeignKey(
                name="planned_lesion_is_of_the_patient",
                fields=["lesion", "patient"],
                to="patients.Lesion",
                to_fields=["id", "patient"],
            ),
            Trigger(
                name="step_lesions_are_fixed_once_active",
                timing="BEFORE INSERT OR UPDATE OR DELETE",
                function="treatments_guard_step_lesion",
            ),
        ]

    def __str__(self) -> str:
        return f"lesion of {self.step_id}"
