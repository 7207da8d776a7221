"""The addresses of places, staff, papers and policy."""

from django.urls import path

from clinic.api.credentials import agreements, certifications, expirables, grants, licences, places, policy, practitioners

urlpatterns = [
    path("sites/", places.Sites.as_view(), name="sites"),
    path("sites/<slug:site>/", places.OneSite.as_view(), name="site"),
    path("rooms/", places.Rooms.as_view(), name="rooms"),
    path("rooms/<uuid:room>/", places.OneRoom.as_view(), name="room"),
    path("practitioners/", practitioners.Practitioners.as_view(), name="practitioners"),
    path("practitioners/<str:practitioner>/", practitioners.OnePractitioner.as_view(), name="practitioner"),
    path("practitioners/<str:practitioner>/privileges/", practitioners.Privileges.as_view(), name="privileges"),
    path("licences/", licences.Licences.as_view(), name="licences"),
    path("licences/<uuid:licence>/", licences.OneLicence.as_view(), name="licence"),
    path("licences/<uuid:licence>/verify/", licences.Verify.as_view(), name="licence-verify"),
    path("licences/<uuid:licence>/suspend/", licences.Suspend.as_view(), name="licence-suspend"),
    path("licences/<uuid:licence>/reinstate/", licences.Reinstate.as_view(), name="licence-reinstate"),
    path("licences/<uuid:licence>/preview/", licences.Preview.as_view(), name="licence-preview"),
    path("certifications/", certifications.Certifications.as_view(), name="certifications"),
    path("certifications/<uuid:certification>/", certifications.OneCertification.as_view(), name="certification"),
    path("supervision-agreements/", agreements.Agreements.as_view(), name="supervision-agreements"),
    path("supervision-agreements/<uuid:agreement>/", agreements.OneAgreement.as_view(), name="supervision-agreement"),
    path("grants/", grants.Grants.as_view(), name="grants"),
    path("grants/<uuid:grant>/", grants.OneGrant.as_view(), name="grant"),
    path("expirables/", expirables.Expirables.as_view(), name="expirables"),
    path("policy-rows/", policy.PolicyRows.as_view(), name="policy-rows"),
    path("policy-rows/<uuid:row>/", policy.OnePolicyRow.as_view(), name="policy-row"),
    path("policy-rows/<uuid:row>/verify/", policy.VerifyPolicyRow.as_view(), name="policy-row-verify"),
    path("policy-rows/<uuid:row>/approve/", policy.ApprovePolicyRow.as_view(), name="policy-row-approve"),
    path("policy-rows/<uuid:row>/withdraw/", policy.WithdrawPolicyRow.as_view(), name="policy-row-withdraw"),
    path("policy-rows/<uuid:row>/preview/", policy.PreviewPolicyRow.as_view(), name="policy-row-preview"),
]
