"""The addresses that messages carry."""

from django.urls import path

from appointments.pages import views

urlpatterns = [path("l/<str:token>/", views.LinkPage.as_view(), name="link")]
