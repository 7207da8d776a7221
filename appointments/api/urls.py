"""The addresses of this floor, under /api/v1/."""

from django.urls import path

from appointments.api import export, message_texts, messages, reassignments, slots, timeline, verdicts, visits
from appointments.api.actions import ACTIONS

urlpatterns = [
    path("verdicts/", verdicts.Verdicts.as_view(), name="verdicts"),
    path("slots/", slots.Slots.as_view(), name="slots"),
    path("slots/search/", slots.SlotSearch.as_view(), name="slots-search"),
    path("appointments/", visits.Visits.as_view(), name="appointments"),
    path("appointments/<uuid:appointment>/", visits.OneVisit.as_view(), name="appointment"),
    *(
        path(f"appointments/<uuid:appointment>/{name}/", action.as_view(), name=f"appointment-{name}")
        for name, action in ACTIONS.items()
    ),
    path("reassignments/", reassignments.Reassignments.as_view(), name="reassignments"),
    path("reassignments/apply/", reassignments.Apply.as_view(), name="reassignments-apply"),
    path("patients/<uuid:patient>/timeline/", timeline.Timeline.as_view(), name="patient-timeline"),
    path("patients/<uuid:patient>/export/", export.Export.as_view(), name="patient-export"),
    path("patients/<uuid:patient>/export/page/", export.ExportPage.as_view(), name="patient-export-page"),
    path("patients/<uuid:patient>/export/pdf/", export.ExportPdf.as_view(), name="patient-export-pdf"),
    path("messages/", messages.Messages.as_view(), name="messages"),
    path("message-texts/", message_texts.MessageTexts.as_view(), name="message-texts"),
    path("message-texts/preview/", message_texts.TryMessageText.as_view(), name="message-text-preview"),
    path("message-texts/<uuid:text>/", message_texts.OneMessageText.as_view(), name="message-text"),
]
