"""The addresses of this floor, under /api/v1/."""

from django.urls import path

from patients.api import assessments, duplicates, lesions, people, skin

urlpatterns = [
    path("body-sites/", lesions.BodySites.as_view(), name="body-sites"),
    path("patients/", people.Patients.as_view(), name="patients"),
    path("patients/search/", people.Search.as_view(), name="patients-search"),
    path("patients/<uuid:patient>/", people.OnePatient.as_view(), name="patient"),
    path("patients/<uuid:patient>/duplicates/", duplicates.Duplicates.as_view(), name="patient-duplicates"),
    path("patients/<uuid:patient>/merge/", duplicates.Merges.as_view(), name="patient-merge"),
    path("patients/<uuid:patient>/merge/preview/", duplicates.Preview.as_view(), name="patient-merge-preview"),
    path("patients/<uuid:patient>/merge/undo/", duplicates.Undo.as_view(), name="patient-merge-undo"),
    path("lesions/", lesions.Lesions.as_view(), name="lesions"),
    path("lesions/<uuid:lesion>/", lesions.OneLesion.as_view(), name="lesion"),
    path("assessments/", assessments.Assessments.as_view(), name="assessments"),
    path("assessments/<uuid:assessment>/", assessments.OneAssessment.as_view(), name="assessment"),
    path("assessments/<uuid:assessment>/cosign/", assessments.Cosign.as_view(), name="assessment-cosign"),
    path("skin-profiles/", skin.SkinProfiles.as_view(), name="skin-profiles"),
    path("skin-profiles/<uuid:profile>/", skin.OneSkinProfile.as_view(), name="skin-profile"),
]
