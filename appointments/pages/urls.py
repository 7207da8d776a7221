"""The addresses that messages carry."""

from django.urls import path

from appointments.pages import check_in, offers, views

urlpatterns = [
    path("l/<str:token>/", views.LinkPage.as_view(), name="link"),
    path("o/<str:token>/", offers.OfferPage.as_view(), name="offer"),
    path("c/<str:token>/", check_in.CheckInPage.as_view(), name="check-in"),
]
