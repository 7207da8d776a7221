"""The catalogue, which managers keep; orders, overrides, encounters and plans, to be looked at."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet

from clinic.admin.base import Given, Moved, ReadOnlyAdmin
from clinic.admin.forms import ServiceForm
from clinic.admin.history import register_history
from clinic.admin.writing import ServiceAdmin
from clinic.models import Site, User
from patients.admin import RecordAdmin, of_visible_patients
from treatments.models import (
    Addendum,
    AftercareReport,
    Complication,
    Encounter,
    HomeCareItem,
    HomeCareLesion,
    HomeCarePlan,
    Incident,
    IncidentLesion,
    IngredientClass,
    LesionCause,
    OrderItem,
    Override,
    PlanStep,
    PlanStepLesion,
    Procedure,
    ProcedureItem,
    ProcedureOutcome,
    RetinoidRung,
    Treatment,
    TreatmentAct,
    TreatmentOrder,
    TreatmentPlan,
)
from treatments.services.catalogue import correct_treatment


class TreatmentForm(ServiceForm):
    """Where it is offered may be nowhere."""

    sites = forms.ModelMultipleChoiceField(Site.objects.order_by("name"), required=False, widget=forms.CheckboxSelectMultiple)


@admin.register(Treatment)
class TreatmentAdmin(ServiceAdmin):
    """Minutes, prices and sites; what a treatment is judged as is shipped."""

    list_display = ("name", "code", "minutes", "buffer_before", "buffer_after", "price", "currency", "active")
    list_filter = ("active", "sites")
    search_fields = ("name", "code")
    corrected = ("name", "minutes", "buffer_before", "buffer_after", "price", "downtime_days", "sites", "active")
    correction_form = TreatmentForm

    def correct(self, given: Given) -> tuple[Treatment, Moved]:
        """Correct it."""
        return correct_treatment(actor=given.actor, treatment=given.row, **given.values), ()


@admin.register(TreatmentAct)
class TreatmentActAdmin(ReadOnlyAdmin):
    """What each treatment is judged as."""

    list_display = ("treatment", "act", "depth")
    list_filter = ("act",)


@admin.register(TreatmentOrder)
class TreatmentOrderAdmin(RecordAdmin):
    """Signed orders."""

    list_display = ("patient", "site", "signed_by", "signed_at", "expires_at", "status")
    list_filter = ("status", "site")


@admin.register(OrderItem)
class OrderItemAdmin(RecordAdmin):
    """What the orders allow."""

    list_display = ("order", "treatment", "lesion", "scope")


@admin.register(Override)
class OverrideAdmin(RecordAdmin):
    """Reasoned exceptions from soft gates."""

    list_display = ("patient", "gate", "treatment", "given_by", "given_at", "confirmed_by", "expires_at")
    list_filter = ("gate",)


@admin.register(Encounter)
class EncounterAdmin(RecordAdmin):
    """Stays of patients."""

    list_display = ("patient", "site", "practitioner", "status", "started_at", "ended_at")
    list_filter = ("status", "site")


@admin.register(Procedure)
class ProcedureAdmin(RecordAdmin):
    """The log of what was done."""

    list_display = ("patient", "site", "performed_by", "performed_at", "status", "signed_at", "cosigned_at")
    list_filter = ("status", "site")


@admin.register(ProcedureItem)
class ProcedureItemAdmin(RecordAdmin):
    """Treatments as they were done."""

    list_display = ("procedure", "treatment", "act", "depth", "region")
    list_filter = ("act",)


@admin.register(ProcedureOutcome)
class ProcedureOutcomeAdmin(RecordAdmin):
    """How lesions came out."""

    list_display = ("procedure", "lesion", "result", "attempts", "seconds")
    list_filter = ("result",)


@admin.register(Complication)
class ComplicationAdmin(RecordAdmin):
    """What went wrong."""

    list_display = ("procedure", "kind", "severity")
    list_filter = ("severity",)


@admin.register(Addendum)
class AddendumAdmin(RecordAdmin):
    """What amends signed logs."""

    list_display = ("procedure", "signed_by", "signed_at")


@admin.register(AftercareReport)
class AftercareReportAdmin(RecordAdmin):
    """What patients told of the healing."""

    list_display = ("patient", "procedure", "answered_at", "red_flags", "entered_by")


@admin.register(Incident)
class IncidentAdmin(RecordAdmin):
    """What happened against the rules."""

    list_display = ("patient", "site", "kind", "status", "reported_at", "reviewed_at", "closed_at")
    list_filter = ("status", "site")


@admin.register(IncidentLesion)
class IncidentLesionAdmin(RecordAdmin):
    """The lesions that incidents concern."""

    list_display = ("incident", "lesion")


@admin.register(LesionCause)
class LesionCauseAdmin(RecordAdmin):
    """Which procedure lesions came from."""

    list_display = ("lesion", "procedure", "told_by", "told_at")


@admin.register(TreatmentPlan)
class TreatmentPlanAdmin(RecordAdmin):
    """What is meant to be done."""

    list_display = ("patient", "site", "author", "status", "outcome", "written_at")
    list_filter = ("status", "outcome", "site")


@admin.register(PlanStep)
class PlanStepAdmin(RecordAdmin):
    """The steps of the plans."""

    list_display = ("plan", "position", "kind", "treatment", "state", "closed_at")
    list_filter = ("kind", "state")


@admin.register(PlanStepLesion)
class PlanStepLesionAdmin(RecordAdmin):
    """What the steps are about."""

    list_display = ("step", "lesion")


@admin.register(HomeCarePlan)
class HomeCarePlanAdmin(RecordAdmin):
    """Versions of home care."""

    list_display = ("patient", "site", "author", "version", "status", "starts_on")
    list_filter = ("status", "site")


@admin.register(HomeCareItem)
class HomeCareItemAdmin(RecordAdmin):
    """What the patients use."""

    list_display = ("plan", "ingredient", "strength", "region", "extent", "per_week")
    list_filter = ("family",)


@admin.register(HomeCareLesion)
class HomeCareLesionAdmin(RecordAdmin):
    """What home care is for."""

    list_display = ("plan", "lesion", "region")


@admin.register(RetinoidRung)
class RetinoidRungAdmin(RecordAdmin):
    """The ladders of the retinoids."""

    list_display = ("plan", "item", "number", "from_on", "nights")


@admin.register(IngredientClass)
class IngredientClassAdmin(ReadOnlyAdmin):
    """Classes of ingredients, as they are shipped."""

    list_display = ("code", "family", "prescription", "most_per_week")
    list_filter = ("family",)


def _visible(user: User, rows: QuerySet[Any]) -> QuerySet[Any]:
    has_patient = any(column.name == "patient" for column in rows.model._meta.concrete_fields)
    return of_visible_patients(user, rows) if has_patient else rows


register_history("treatments", _visible)
