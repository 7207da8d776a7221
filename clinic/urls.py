"""Every address, joined to the apps by strings."""

from django.contrib import admin
from django.urls import include, path, re_path
from django_prometheus.exports import ExportToDjangoView
from drf_spectacular.views import SpectacularSwaggerSplitView

from clinic.api.base import Unknown
from clinic.api.documents import Schema
from clinic.api.health import Live, Ready

urlpatterns = [
    path("api/v1/health/live/", Live.as_view(), name="health-live"),
    path("api/v1/health/ready/", Ready.as_view(), name="health-ready"),
    path("api/v1/", include("clinic.api.urls")),
    path("api/v1/", include("patients.api.urls")),
    path("api/v1/", include("treatments.api.urls")),
    path("api/v1/", include("appointments.api.urls")),
    path("api/v1/integrations/email/", include("anymail.urls")),
    path("api/schema/", Schema.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    re_path(r"^api/", Unknown.as_view()),
    path("", include("appointments.pages.urls")),
    path("metrics", ExportToDjangoView, name="metrics"),
    path("admin/", admin.site.urls),
]
