"""The product's addresses, and two more to compare with."""

from django.urls import include, path

from bench.calibration import Plain, SelectOne

urlpatterns = [
    path("bench/select-one/", SelectOne.as_view()),
    path("bench/plain/", Plain.as_view()),
    path("", include("clinic.urls")),
]
