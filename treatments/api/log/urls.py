"""The addresses of stays, logs and incidents."""

from django.urls import path

from treatments.api.log import encounters, incidents, procedures, proof

urlpatterns = [
    path("encounters/", encounters.Encounters.as_view(), name="encounters"),
    path("encounters/<uuid:encounter>/", encounters.OneEncounter.as_view(), name="encounter"),
    path("procedures/", procedures.Procedures.as_view(), name="procedures"),
    path("procedures/<uuid:procedure>/", procedures.OneProcedure.as_view(), name="procedure"),
    path("procedures/<uuid:procedure>/sign/", procedures.Sign.as_view(), name="procedure-sign"),
    path("procedures/<uuid:procedure>/cosign/", procedures.Cosign.as_view(), name="procedure-cosign"),
    path("procedures/<uuid:procedure>/addenda/", procedures.Addenda.as_view(), name="procedure-addenda"),
    path("procedures/<uuid:procedure>/proof/", proof.Proof.as_view(), name="procedure-proof"),
    path("procedures/<uuid:procedure>/proof/page/", proof.ProofPage.as_view(), name="procedure-proof-page"),
    path("procedures/<uuid:procedure>/proof/pdf/", proof.ProofPdf.as_view(), name="procedure-proof-pdf"),
    path("incidents/", incidents.Incidents.as_view(), name="incidents"),
    path("incidents/<uuid:incident>/", incidents.OneIncident.as_view(), name="incident"),
    path("incidents/<uuid:incident>/review/", incidents.Review.as_view(), name="incident-review"),
    path("incidents/<uuid:incident>/close/", incidents.Close.as_view(), name="incident-close"),
]
