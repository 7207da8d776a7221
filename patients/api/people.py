"""Patients over HTTP."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.api.base import ApiView
from clinic.api.pagination import filters, paged
from clinic.api.permissions import ANY_STAFF, RolesByMethod
from clinic.api.render import word
from clinic.api.schema import ACTS, EDITS, describe, page_of
from clinic.api.strict import read
from clinic.api.versions import answer, etag_of, require_version
from clinic.selectors.people import site_named
from patients.api.inputs import PatientInput, SearchInput, without_nulls
from patients.api.shown import PatientShown, show_patient
from patients.selectors.records import found, patient_to_show, patients_visible_to
from patients.selectors.search import patients_found
from patients.services.patients import NewPatient, correct_patient, register_patient


class FoundShown(serializers.Serializer[Any]):
    """Who was found."""

    results = PatientShown(many=True)


class Patients(ApiView):
    """The patients of the caller's sites."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF, "POST": ANY_STAFF}

    @describe("Patients of my sites", shown=page_of(PatientShown), query={"registered_site": "Site code."}, paging=True)
    def get(self, request: Request) -> Response:
        """One page."""
        asked = filters(request, {"registered_site": word})
        rows = patients_visible_to(request.user).filter(merged_into=None)
        if "registered_site" in asked:
            rows = rows.filter(registered_site__code=asked["registered_site"])
        return paged(request, rows, show_patient)

    @describe("Register a patient", taken=PatientInput, shown=PatientShown, status=201, refuses=ACTS)
    def post(self, request: Request) -> Response:
        """Open a chart."""
        given = without_nulls(read(PatientInput, request))
        site = site_named(given.pop("registered_site"))
        new = NewPatient(registered_site=site, **given)
        patient = register_patient(actor=request.user, patient=new, now=timezone.now())
        return answer(show_patient(patient), status=201)


class OnePatient(ApiView):
    """A patient."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF, "PATCH": ANY_STAFF}

    @describe("A patient", shown=PatientShown)
    def get(self, request: Request, patient: UUID) -> Response:
        """Show it, also one who was merged into another."""
        return answer(show_patient(patient_to_show(request.user, patient)))

    @describe("Correct a patient", taken=PatientInput, shown=PatientShown, refuses=EDITS)
    def patch(self, request: Request, patient: UUID) -> Response:
        """Change what is given."""
        row = found(patients_visible_to(request.user).select_for_update(of=("self",), no_key=True), patient)
        given = read(PatientInput, request, partial=True)
        require_version(request, etag_of(show_patient(row)))
        given |= {name: "" for name in ("email", "phone", "preferred_channel") if name in given and given[name] is None}
        if "registered_site" in given:
            given["registered_site"] = site_named(given["registered_site"])
        return answer(show_patient(correct_patient(actor=request.user, patient=row, changes=given, now=timezone.now())))


class Search(ApiView):
    """Finding a patient by what one is told."""

    roles: ClassVar[RolesByMethod] = {"POST": ANY_STAFF}

    @describe("Find a patient", taken=SearchInput, shown=FoundShown)
    def post(self, request: Request) -> Response:
        """Fifty at most, by name."""
        given = read(SearchInput, request)
        return Response({"results": [show_patient(row) for row in patients_found(request.user, given["q"])]})
