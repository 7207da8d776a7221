"""The shapes in which stays, logs and incidents are answered."""

from typing import Any

from rest_framework import serializers

from clinic.api.schema import NamedShown, PersonShown, ReasonShown
from clinic.scopes import LEVELS, REGIONS
from treatments.models.aftermath import SEVERITIES
from treatments.models.encounters import ENCOUNTER_STATUSES
from treatments.models.incidents import INCIDENT_STATUSES
from treatments.models.procedures import ANAESTHESIA, PROCEDURE_STATUSES, RESULTS


class EncounterShown(serializers.Serializer[Any]):
    """A stay of a patient, and what was logged and reported of it."""

    id = serializers.UUIDField()
    patient = NamedShown()
    site = serializers.SlugField()
    practitioner = PersonShown()
    appointment = serializers.UUIDField(allow_null=True)
    status = serializers.ChoiceField(ENCOUNTER_STATUSES)
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    procedures = serializers.ListField(child=serializers.UUIDField())
    incidents = serializers.ListField(child=serializers.UUIDField())


class OutcomeShown(serializers.Serializer[Any]):
    """How one lesion came out; null as long as nobody has said so."""

    lesion = serializers.UUIDField()
    result = serializers.ChoiceField(RESULTS, allow_null=True)
    reason = serializers.CharField()
    attempts = serializers.IntegerField()
    seconds = serializers.IntegerField(allow_null=True)
    depth = serializers.CharField(allow_null=True)


class ChecklistShown(serializers.Serializer[Any]):
    """The steps of asepsis."""

    cleansed = serializers.BooleanField(allow_null=True)
    sterile = serializers.BooleanField(allow_null=True)
    single_use = serializers.BooleanField(allow_null=True)
    sharps_disposed_at = serializers.DateTimeField(allow_null=True)


class LoggedItemShown(serializers.Serializer[Any]):
    """One treatment as it was done; `scopes` is what that was, and the form of its act stands under its name."""

    treatment = serializers.SlugField()
    lesions = serializers.ListField(child=serializers.UUIDField())
    body_site = serializers.SlugField(allow_null=True)
    act = serializers.CharField()
    depth = serializers.CharField()
    region = serializers.ChoiceField(REGIONS)
    scopes = serializers.ListField(child=serializers.CharField())
    outcomes = OutcomeShown(many=True)
    checklist = ChecklistShown()
    instruments = serializers.ListField(child=serializers.DictField())
    peel = serializers.DictField(allow_null=True)
    laser = serializers.DictField(allow_null=True)
    radiofrequency = serializers.DictField(allow_null=True)
    microdermabrasion = serializers.DictField(allow_null=True)
    note = serializers.CharField()


class ComplicationShown(serializers.Serializer[Any]):
    """What went wrong; one that was seen later names its addendum."""

    kind = serializers.CharField()
    severity = serializers.ChoiceField(SEVERITIES)
    lesion = serializers.UUIDField(allow_null=True)
    note = serializers.CharField()
    addendum = serializers.UUIDField(allow_null=True)


class AddendumShown(serializers.Serializer[Any]):
    """A signed amendment."""

    id = serializers.UUIDField()
    text = serializers.CharField()
    signed_by = PersonShown()
    signed_at = serializers.DateTimeField()


class ProcedureShown(serializers.Serializer[Any]):
    """A log; `decision` is what its signature rested on."""

    id = serializers.UUIDField()
    encounter = serializers.UUIDField()
    patient = NamedShown()
    site = serializers.SlugField()
    status = serializers.ChoiceField(PROCEDURE_STATUSES)
    performed_by = PersonShown()
    profession = serializers.CharField(allow_null=True)
    supervision = serializers.ChoiceField(LEVELS)
    supervisor = PersonShown(allow_null=True)
    performed_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField()
    items = LoggedItemShown(many=True)
    complications = ComplicationShown(many=True)
    anaesthesia = serializers.ChoiceField(ANAESTHESIA)
    downtime_days = serializers.IntegerField()
    aftercare = serializers.CharField()
    note = serializers.CharField()
    signed_by = PersonShown(allow_null=True)
    signed_at = serializers.DateTimeField(allow_null=True)
    cosign_due_at = serializers.DateTimeField(allow_null=True)
    cosigned_by = PersonShown(allow_null=True)
    cosigned_at = serializers.DateTimeField(allow_null=True)
    addenda = AddendumShown(many=True)
    incidents = serializers.ListField(child=serializers.UUIDField())
    warnings = ReasonShown(many=True)
    decision = serializers.DictField(allow_null=True)


class ReporterShown(serializers.Serializer[Any]):
    """A member of staff."""

    id = serializers.UUIDField()
    username = serializers.CharField()


class IncidentShown(serializers.Serializer[Any]):
    """An incident: open, reviewed, closed."""

    id = serializers.UUIDField()
    encounter = serializers.UUIDField()
    patient = NamedShown()
    site = serializers.SlugField()
    procedure = serializers.UUIDField(allow_null=True)
    kind = serializers.CharField()
    what_happened = serializers.CharField()
    lesions = serializers.ListField(child=serializers.UUIDField())
    status = serializers.ChoiceField(INCIDENT_STATUSES)
    reported_by = ReporterShown()
    reported_at = serializers.DateTimeField()
    finding = serializers.CharField()
    reviewed_by = ReporterShown(allow_null=True)
    reviewed_at = serializers.DateTimeField(allow_null=True)
    measures = serializers.CharField()
    closed_by = ReporterShown(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
