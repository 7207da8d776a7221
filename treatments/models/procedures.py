"""
The log of what was done: a draft until its performer signs it, unchangeable from then on.

Patient and site stand in every row, so that no key can join what belongs to another patient.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from clinic.base import Keyed, one_of
from clinic.constraints import CompositeForeignKey, Trigger
from clinic.history import tracked
from clinic.models import Practitioner, Site, User
from clinic.scopes import ACTS, DEPTHS, LEVELS, REGIONS
from patients.models import BodySite, Lesion, Patient
from treatments.models.catalogue import Treatment
from treatments.models.encounters import Encounter
from treatments.models.kept import kept_with_its_procedure

DRAFT, SIGNED = "draft", "signed"
PROCEDURE_STATUSES = (DRAFT, SIGNED)
ANAESTHESIA = ("none", "topical", "local")
RESULTS = ("complete", "partial", "not_expressed", "not_done")
REACHED = ("stratum_corneum", "epidermal", "dermal")


@tracked
class Procedure(Keyed):
    """
    What one practitioner did in one stay, from `performed_at` until `ended_at` (UTC).

    Profession, supervision and supervisor are those under which the signature was judged lawful, and `decision` is the
    snapshot of what that rested on. Only the supervisor's second signature may follow.
    """

    encounter = models.ForeignKey(Encounter, models.PROTECT, related_name="procedures")
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="procedures")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    performed_by = models.ForeignKey(Practitioner, models.PROTECT, related_name="procedures")
    profession = models.TextField(blank=True)
    supervision = models.TextField(default="none")
    supervisor = models.ForeignKey(Practitioner, models.PROTECT, null=True, blank=True, related_name="+")
    supervisor_profession = models.TextField(blank=True)
    performed_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    status = models.TextField(default=DRAFT, choices=[(word, word) for word in PROCEDURE_STATUSES])
    drafted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    drafted_at = models.DateTimeField()
    signed_by = models.ForeignKey(Practitioner, models.PROTECT, null=True, blank=True, related_name="+")
    signed_at = models.DateTimeField(null=True, blank=True)
    cosign_due_at = models.DateTimeField(null=True, blank=True)
    cosigned_by = models.ForeignKey(Practitioner, models.PROTECT, null=True, blank=True, related_name="+")
    cosigned_at = models.DateTimeField(null=True, blank=True)
    anaesthesia = models.TextField(default="none", choices=[(word, word) for word in ANAESTHESIA])
    downtime_days = models.PositiveSmallIntegerField(default=0)
    aftercare = models.TextField(blank=True)
    note = models.TextField(blank=True)
    decision = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            one_of("status", PROCEDURE_STATUSES, name="procedure_has_a_known_status"),
            one_of("anaesthesia", ANAESTHESIA, name="procedure_has_a_known_anaesthesia"),
            one_of("supervision", LEVELS, name="procedure_has_a_known_level_of_supervision"),
            models.CheckConstraint(name="procedure_takes_time", condition=Q(ended_at__gt=F("performed_at"))),
            models.CheckConstraint(
                name="procedure_is_signed_by_its_performer",
                condition=Q(status=DRAFT, signed_by__isnull=True, signed_at__isnull=True)
                | (Q(status=SIGNED, signed_by=F("performed_by"), signed_at__isnull=False) & ~Q(profession="")),
            ),
            models.CheckConstraint(
                name="supervised_procedure_awaits_its_supervisor",
                condition=Q(status=DRAFT, cosign_due_at__isnull=True, cosigned_by__isnull=True)
                | Q(status=SIGNED, supervision="none", supervisor__isnull=True, cosign_due_at__isnull=True)
                | (
                    Q(status=SIGNED, supervisor__isnull=False, cosign_due_at__isnull=False)
                    & ~Q(supervision="none")
                    & ~Q(supervisor_profession="")
                ),
            ),
            models.CheckConstraint(
                name="nobody_supervises_their_own_procedure",
                condition=Q(supervisor__isnull=True) | ~Q(supervisor=F("performed_by")),
            ),
            models.CheckConstraint(
                name="procedure_is_cosigned_by_its_supervisor",
                condition=Q(cosigned_by__isnull=True, cosigned_at__isnull=True)
                | Q(supervisor__isnull=False, cosigned_by=F("supervisor"), cosigned_at__isnull=False),
            ),
            models.UniqueConstraint(fields=["id", "patient"], name="procedure_patient_key"),
            CompositeForeignKey(
                name="procedure_is_of_its_encounter",
                fields=["encounter", "patient", "site"],
                to="treatments.Encounter",
                to_fields=["id", "patient", "site"],
            ),
            Trigger(
                name="procedure_is_drafted_first",
                timing="BEFORE INSERT",
                function="procedure_is_drafted_first",
                rest="FOR EACH ROW WHEN (new.status <> 'draft')",
            ),
            Trigger(
                name="procedure_is_kept",
                timing="BEFORE UPDATE OR DELETE",
                function="procedure_is_kept",
            ),
            Trigger(
                name="procedure_is_lawful_when_signed",
                timing="BEFORE UPDATE",
                function="procedure_is_lawful",
                rest="FOR EACH ROW WHEN (old.status = 'draft' AND new.status = 'signed')",
            ),
            Trigger(
                name="procedure_is_never_emptied",
                timing="BEFORE TRUNCATE",
                function="procedure_is_never_emptied",
                rest="FOR EACH STATEMENT",
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "performed_at"], name="procedure_by_patient"),
            models.Index(
                fields=["cosign_due_at"],
                name="procedure_to_cosign",
                condition=Q(cosign_due_at__isnull=False, cosigned_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"procedure {self.pk}"

    @property
    def is_signed(self) -> bool:
        return self.status == SIGNED


@tracked
class ProcedureItem(Keyed):
    """
    One treatment as it was done, with the fields of its form; lesions have their outcomes, else a body site is named.

    `scopes` holds all that was done as act/depth@region, `act` and `depth` the first of them; `reached` is the depth that
    was told where it goes beyond the chart. `peel`, `laser`, `radiofrequency` and `microdermabrasion` live in `settings`.
    """

    procedure = models.ForeignKey(Procedure, models.CASCADE, related_name="items")
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", db_index=False)
    number = models.PositiveSmallIntegerField()
    treatment = models.ForeignKey(Treatment, models.PROTECT, related_name="+")
    body_site = models.ForeignKey(BodySite, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    act = models.TextField()
    depth = models.TextField()
    region = models.TextField()
    reached = models.TextField(blank=True)
    scopes = ArrayField(models.TextField(), default=list)
    cleansed = models.BooleanField(null=True, blank=True)
    sterile = models.BooleanField(null=True, blank=True)
    single_use = models.BooleanField(null=True, blank=True)
    sharps_disposed_at = models.DateTimeField(null=True, blank=True)
    sharps_disposed_by = models.ForeignKey(
        Practitioner, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    instruments = models.JSONField(default=list, blank=True)
    settings = models.JSONField(default=dict, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            one_of("act", ACTS, name="procedure_item_has_a_known_act"),
            one_of("depth", DEPTHS, name="procedure_item_has_a_known_depth"),
            one_of("region", REGIONS, name="procedure_item_has_a_known_region"),
            one_of("reached", ("", *REACHED), name="procedure_item_reached_a_known_depth"),
            models.UniqueConstraint(fields=["procedure", "number"], name="procedure_item_number_key"),
            models.UniqueConstraint(fields=["id", "procedure", "patient"], name="procedure_item_key"),
            CompositeForeignKey(
                name="procedure_item_is_for_the_patient_of_its_procedure",
                fields=["procedure", "patient"],
                to="treatments.Procedure",
                to_fields=["id", "patient"],
            ),
            CompositeForeignKey(
                name="logged_act_is_of_its_treatment",
                fields=["treatment", "act", "depth"],
                to="treatments.TreatmentAct",
                to_fields=["treatment", "act", "depth"],
            ),
            *kept_with_its_procedure("procedure_item"),
        ]

    def __str__(self) -> str:
        return f"{self.treatment_id} {self.scopes}"


@tracked
class ProcedureOutcome(Keyed):
    """
    How one lesion came out of it; blank as long as nobody has said so.

    `seconds` is the longest press of any attempt, `reached` the depth that was reached where it went beyond the chart.
    """

    item = models.ForeignKey(ProcedureItem, models.CASCADE, related_name="outcomes")
    procedure = models.ForeignKey(Procedure, models.CASCADE, related_name="outcomes")
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", db_index=False)
    lesion = models.ForeignKey(Lesion, models.PROTECT, related_name="outcomes")
    result = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    seconds = models.PositiveSmallIntegerField(null=True, blank=True)
    reached = models.TextField(blank=True)

    class Meta:
        constraints = [
            one_of("result", ("", *RESULTS), name="outcome_has_a_known_result"),
            one_of("reached", ("", *REACHED), name="outcome_reached_a_known_depth"),
            models.CheckConstraint(
                name="what_was_not_done_has_a_reason",
                condition=~Q(result="not_done") | (Q(attempts=0) & ~Q(reason="")),
            ),
            models.UniqueConstraint(fields=["item", "lesion"], name="outcome_is_told_once"),
            CompositeForeignKey(
                name="outcome_is_of_its_item",
                fields=["item", "procedure", "patient"],
                to="treatments.ProcedureItem",
                to_fields=["id", "procedure", "patient"],
            ),
            CompositeForeignKey(
                name="logged_lesion_is_of_the_patient",
                fields=["lesion", "patient"],
                to="patients.Lesion",
                to_fields=["id", "patient"],
            ),
            *kept_with_its_procedure("procedure_outcome"),
        ]

    def __str__(self) -> str:
        return f"{self.lesion_id}: {self.result}"
