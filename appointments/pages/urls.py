"""The addresses that messages carry."""

from django.urls import path

from appointments.pages import check_in, views

urlpatterns = [
    path("l/<str:token>/", views.LinkPage.as_view(), name="link"),
    path("c/<str:token>/", check_in.CheckInPage.as_view(), name="check-in"),
]
