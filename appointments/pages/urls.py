"""The addresses of pages for patients."""

from django.urls import path

from appointments.pages import check_in

urlpatterns = [
    path("c/<str:token>/", check_in.CheckInPage.as_view(), name="check-in"),
]
