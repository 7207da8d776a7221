"""The addresses of this floor, under /api/v1/."""

from django.urls import path

from patients.api import assessments, catalogues, consent_papers, consents, lesions, merging, people, referrals, reports, skin

urlpatterns = [
    path("body-sites/", catalogues.BodySites.as_view(), name="body-sites"),
    path("diagnoses/", catalogues.Diagnoses.as_view(), name="diagnoses"),
    path("milia-types/", catalogues.MiliaTypes.as_view(), name="milia-types"),
    path("patients/", people.Patients.as_view(), name="patients"),
    path("patients/search/", people.Search.as_view(), name="patients-search"),
    path("patients/<uuid:patient>/", people.OnePatient.as_view(), name="patient"),
    path("lesions/", lesions.Lesions.as_view(), name="lesions"),
    path("lesions/<uuid:lesion>/", lesions.OneLesion.as_view(), name="lesion"),
    path("lesions/<uuid:lesion>/merge/", merging.Merge.as_view(), name="lesion-merge"),
    path("lesions/<uuid:lesion>/merge-preview/", merging.MergePreview.as_view(), name="lesion-merge-preview"),
    path("lesions/<uuid:lesion>/unmerge/", merging.Unmerge.as_view(), name="lesion-unmerge"),
    path("lesion-reports/", reports.LesionReports.as_view(), name="lesion-reports"),
    path("lesion-reports/<uuid:report>/", reports.OneLesionReport.as_view(), name="lesion-report"),
    path("lesion-reports/<uuid:report>/accept/", reports.Accept.as_view(), name="lesion-report-accept"),
    path("lesion-reports/<uuid:report>/decline/", reports.Decline.as_view(), name="lesion-report-decline"),
    path("assessments/", assessments.Assessments.as_view(), name="assessments"),
    path("assessments/<uuid:assessment>/", assessments.OneAssessment.as_view(), name="assessment"),
    path("assessments/<uuid:assessment>/cosign/", assessments.Cosign.as_view(), name="assessment-cosign"),
    path("referrals/", referrals.Referrals.as_view(), name="referrals"),
    path("referrals/<uuid:referral>/", referrals.OneReferral.as_view(), name="referral"),
    path("referrals/<uuid:referral>/book/", referrals.Book.as_view(), name="referral-book"),
    path("referrals/<uuid:referral>/unbook/", referrals.Unbook.as_view(), name="referral-unbook"),
    path("referrals/<uuid:referral>/seen/", referrals.Seen.as_view(), name="referral-seen"),
    path("referrals/<uuid:referral>/close/", referrals.Close.as_view(), name="referral-close"),
    path("referrals/<uuid:referral>/decline/", referrals.Decline.as_view(), name="referral-decline"),
    path("skin-profiles/", skin.SkinProfiles.as_view(), name="skin-profiles"),
    path("skin-profiles/<uuid:profile>/", skin.OneSkinProfile.as_view(), name="skin-profile"),
    path("consent-texts/", consents.ConsentTexts.as_view(), name="consent-texts"),
    path("consents/", consents.Consents.as_view(), name="consents"),
    path("consents/<uuid:consent>/", consents.OneConsent.as_view(), name="consent"),
    path("consents/<uuid:consent>/withdraw/", consents.Withdraw.as_view(), name="consent-withdraw"),
    path("consents/<uuid:consent>/page/", consent_papers.ConsentPage.as_view(), name="consent-page"),
    path("consents/<uuid:consent>/pdf/", consent_papers.ConsentPdf.as_view(), name="consent-pdf"),
]
