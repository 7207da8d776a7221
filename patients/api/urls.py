"""The addresses of this floor, under /api/v1/."""

from django.urls import path

from patients.api import assessments, consent_papers, consents, lesions, people, photos, skin

urlpatterns = [
    path("body-sites/", lesions.BodySites.as_view(), name="body-sites"),
    path("patients/", people.Patients.as_view(), name="patients"),
    path("patients/search/", people.Search.as_view(), name="patients-search"),
    path("patients/<uuid:patient>/", people.OnePatient.as_view(), name="patient"),
    path("lesions/", lesions.Lesions.as_view(), name="lesions"),
    path("lesions/<uuid:lesion>/", lesions.OneLesion.as_view(), name="lesion"),
    path("assessments/", assessments.Assessments.as_view(), name="assessments"),
    path("assessments/<uuid:assessment>/", assessments.OneAssessment.as_view(), name="assessment"),
    path("assessments/<uuid:assessment>/cosign/", assessments.Cosign.as_view(), name="assessment-cosign"),
    path("photos/", photos.Photos.as_view(), name="photos"),
    path("photos/pair/", photos.BeforeAndAfter.as_view(), name="photo-pair"),
    path("photos/pair/image/", photos.PairImage.as_view(), name="photo-pair-image"),
    path("photos/<uuid:photo>/", photos.OnePhoto.as_view(), name="photo"),
    path("photos/<uuid:photo>/remove/", photos.Remove.as_view(), name="photo-remove"),
    path("photos/<uuid:photo>/image/", photos.Image.as_view(), name="photo-image"),
    path("skin-profiles/", skin.SkinProfiles.as_view(), name="skin-profiles"),
    path("skin-profiles/<uuid:profile>/", skin.OneSkinProfile.as_view(), name="skin-profile"),
    path("consent-texts/", consents.ConsentTexts.as_view(), name="consent-texts"),
    path("consents/", consents.Consents.as_view(), name="consents"),
    path("consents/<uuid:consent>/", consents.OneConsent.as_view(), name="consent"),
    path("consents/<uuid:consent>/withdraw/", consents.Withdraw.as_view(), name="consent-withdraw"),
    path("consents/<uuid:consent>/page/", consent_papers.ConsentPage.as_view(), name="consent-page"),
    path("consents/<uuid:consent>/pdf/", consent_papers.ConsentPdf.as_view(), name="consent-pdf"),
]
