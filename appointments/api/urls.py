"""The addresses of this floor, under /api/v1/."""

from django.urls import path

from appointments.api import (
    export,
    inbound,
    integrations,
    message_texts,
    messages,
    reassignments,
    series,
    slots,
    timeline,
    verdicts,
    visits,
    waitlist,
)
from appointments.api.actions import ACTIONS

urlpatterns = [
    path("verdicts/", verdicts.Verdicts.as_view(), name="verdicts"),
    path("slots/", slots.Slots.as_view(), name="slots"),
    path("slots/search/", slots.SlotSearch.as_view(), name="slots-search"),
    path("appointments/", visits.Visits.as_view(), name="appointments"),
    path("appointments/series/", series.Series.as_view(), name="appointments-series"),
    path("appointments/series/propose/", series.Proposals.as_view(), name="appointments-series-propose"),
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
    path("waitlist/", waitlist.Waitlist.as_view(), name="waitlist"),
    path("waitlist/<uuid:entry>/", waitlist.OneEntry.as_view(), name="waitlist-entry"),
    path("waitlist/<uuid:entry>/withdraw/", waitlist.Withdraw.as_view(), name="waitlist-withdraw"),
    path("waitlist/<uuid:entry>/offers/", waitlist.Offers.as_view(), name="waitlist-offers"),
    path("waitlist/offers/<uuid:offer>/accept/", waitlist.Accept.as_view(), name="waitlist-accept"),
    path("waitlist/offers/<uuid:offer>/decline/", waitlist.Decline.as_view(), name="waitlist-decline"),
    path("messages/", messages.Messages.as_view(), name="messages"),
    path("inbound-texts/", inbound.InboundTexts.as_view(), name="inbound-texts"),
    path("integrations/sms/inbound/", integrations.InboundSms.as_view(), name="sms-inbound"),
    path("integrations/sms/receipts/", integrations.SmsReceipts.as_view(), name="sms-receipts"),
    path("message-texts/", message_texts.MessageTexts.as_view(), name="message-texts"),
    path("message-texts/preview/", message_texts.TryMessageText.as_view(), name="message-text-preview"),
    path("message-texts/<uuid:text>/", message_texts.OneMessageText.as_view(), name="message-text"),
]
