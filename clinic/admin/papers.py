"""Licences, trainings, grants and supervision agreements."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin

from clinic.admin.base import Given, Moved, Step
from clinic.admin.forms import ServiceForm, WallTime, a_clock, moment_of
from clinic.admin.writing import ServiceAdmin
from clinic.models import Certification, Grant, Licence, Site, SupervisionAgreement
from clinic.models.credentials import ACTIVE, LAPSED, PENDING, REVOKED, SUSPENDED, VERIFICATION_METHODS
from clinic.scopes import ACTS
from clinic.services.credentials.agreements import correct_agreement, end_agreement, file_agreement
from clinic.services.credentials.grants import correct_grant, end_grant, file_grant
from clinic.services.credentials.licences import (
    LicenceCorrection,
    correct_licence,
    file_licence,
    reinstate_licence,
    suspend_licence,
    verify_licence,
)
from clinic.services.credentials.trainings import correct_certification, end_certification, file_certification

ENDS_NOW = "From now on it counts for nothing; visits that lean on it move."
DAYS = ("valid_from", "valid_through")
Run = Callable[[Given], Moved]


def _end(run: Run) -> Step:
    return Step(name="end", label="End now", said=ENDS_NOW, run=run)


class MethodForm(forms.Form):
    """How it was confirmed at its source."""

    method = forms.ChoiceField(choices=[(method, method) for method in VERIFICATION_METHODS])


class SuspensionForm(forms.Form):
    """Why, and for how long; without times it begins now and lasts until it is reinstated."""

    reason = forms.CharField(max_length=500)
    from_at = WallTime(label="From", required=False, help_text="Empty: now.")
    until = WallTime(label="Until", required=False, help_text="Empty: until it is reinstated.")
    clock = a_clock()

    def clean(self) -> dict[str, Any]:
        """Read both times on that clock."""
        values = super().clean() or self.cleaned_data
        if site := values.get("clock"):
            values |= {field: moment_of(self, field, site.zone) for field in ("from_at", "until")}
        return values


class EndForm(forms.Form):
    """How it ended, and why."""

    status = forms.ChoiceField(choices=[(word, word) for word in (REVOKED, LAPSED)])
    reason = forms.CharField(max_length=500)


def _verify(given: Given) -> Moved:
    return verify_licence(actor=given.actor, licence=given.row, method=given.values["method"], now=given.now)[1]


def _suspend(given: Given) -> Moved:
    values = {name: given.values[name] for name in ("reason", "from_at", "until")}
    return suspend_licence(actor=given.actor, licence=given.row, now=given.now, **values)[1]


def _reinstate(given: Given) -> Moved:
    return reinstate_licence(actor=given.actor, licence=given.row, now=given.now)[1]


def _end_licence(given: Given) -> Moved:
    correction = LicenceCorrection(**given.values)
    return correct_licence(actor=given.actor, licence=given.row, correction=correction, now=given.now)[1]


def _verify_again(given: Given) -> Moved:
    correction = LicenceCorrection(status=PENDING)
    return correct_licence(actor=given.actor, licence=given.row, correction=correction, now=given.now)[1]


@admin.register(Licence)
class LicenceAdmin(ServiceAdmin):
    """Licences count once they are verified; every change moves the visits that they no longer carry."""

    list_display = ("number", "practitioner", "profession", "jurisdiction", "status", "valid_through")
    list_filter = ("status", "profession", "jurisdiction")
    search_fields = ("number", "practitioner__name")
    filed = ("practitioner", "profession", "tier", "jurisdiction", "number", *DAYS)
    corrected = ("tier", "number", *DAYS)
    steps = (
        Step(name="verify", label="Verify", form=MethodForm, run=_verify, when=lambda row: row.status in (PENDING, ACTIVE)),
        Step(
            name="suspend",
            label="Suspend",
            form=SuspensionForm,
            run=_suspend,
            said="Visits that lean on this licence in that time need another practitioner.",
            when=lambda row: row.status in (PENDING, ACTIVE, SUSPENDED),
        ),
        Step(name="reinstate", label="Reinstate", run=_reinstate, when=lambda row: row.status == SUSPENDED),
        Step(name="end", label="Revoke or let lapse", form=EndForm, run=_end_licence, said=ENDS_NOW),
        Step(
            name="verify-again",
            label="Send back to verification",
            run=_verify_again,
            said="Until it is verified again it counts for nothing; visits that lean on it move.",
            when=lambda row: row.status != PENDING,
        ),
    )

    def file(self, given: Given) -> tuple[Licence, Moved]:
        """Put it on file."""
        return file_licence(actor=given.actor, now=given.now, **given.values)

    def correct(self, given: Given) -> tuple[Licence, Moved]:
        """Correct number, tier or days."""
        correction = LicenceCorrection(**given.values)
        return correct_licence(actor=given.actor, licence=given.row, correction=correction, now=given.now)


@admin.register(Certification)
class CertificationAdmin(ServiceAdmin):
    """Documented trainings."""

    list_display = ("practitioner", "kind", *DAYS)
    list_filter = ("kind",)
    search_fields = ("practitioner__name",)
    filed = ("practitioner", "kind", *DAYS)
    corrected = DAYS
    steps = (_end(lambda given: end_certification(actor=given.actor, certification=given.row, now=given.now)[1]),)

    def file(self, given: Given) -> tuple[Certification, Moved]:
        """Put it on file."""
        return file_certification(actor=given.actor, now=given.now, **given.values)

    def correct(self, given: Given) -> tuple[Certification, Moved]:
        """Correct its days."""
        return correct_certification(actor=given.actor, certification=given.row, now=given.now, **given.values)


@admin.register(Grant)
class GrantAdmin(ServiceAdmin):
    """The clinic's own privileges by name, written act/depth@region."""

    list_display = ("practitioner", "site", "scope", *DAYS)
    list_filter = ("site",)
    search_fields = ("practitioner__name", "scope")
    filed = ("practitioner", "site", "scope", *DAYS)
    corrected = DAYS
    steps = (_end(lambda given: end_grant(actor=given.actor, grant=given.row, now=given.now)[1]),)

    def file(self, given: Given) -> tuple[Grant, Moved]:
        """Grant it."""
        return file_grant(actor=given.actor, now=given.now, **given.values)

    def correct(self, given: Given) -> tuple[Grant, Moved]:
        """Correct its days."""
        return correct_grant(actor=given.actor, grant=given.row, now=given.now, **given.values)


class AgreementForm(ServiceForm):
    """Which acts, at which sites."""

    acts = forms.MultipleChoiceField(choices=[(act, act) for act in ACTS], widget=forms.CheckboxSelectMultiple)
    sites = forms.ModelMultipleChoiceField(
        Site.objects.filter(active=True).order_by("name"), widget=forms.CheckboxSelectMultiple
    )


@admin.register(SupervisionAgreement)
class AgreementAdmin(ServiceAdmin):
    """A physician supervises somebody for some acts at some sites."""

    list_display = ("supervisor", "supervisee", "level", *DAYS)
    list_filter = ("level",)
    search_fields = ("supervisor__name", "supervisee__name")
    fields = ("supervisor", "supervisee", "sites", "acts", "level", *DAYS)
    filed = ("supervisor", "supervisee", "sites", "acts", "level", *DAYS)
    corrected = DAYS
    form = AgreementForm
    steps = (_end(lambda given: end_agreement(actor=given.actor, agreement=given.row, now=given.now)[1]),)

    def file(self, given: Given) -> tuple[SupervisionAgreement, Moved]:
        """Put it on file."""
        return file_agreement(actor=given.actor, now=given.now, **given.values)

    def correct(self, given: Given) -> tuple[SupervisionAgreement, Moved]:
        """Correct its days."""
        return correct_agreement(actor=given.actor, agreement=given.row, now=given.now, **given.values)
