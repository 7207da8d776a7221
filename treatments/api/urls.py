"""The addresses of this floor, under /api/v1/."""

from django.urls import path

from treatments.api import catalogue, orders, outcomes, overrides
from treatments.api.log.urls import urlpatterns as log

urlpatterns = [
    path("treatments/", catalogue.Treatments.as_view(), name="treatments"),
    path("orders/", orders.Orders.as_view(), name="orders"),
    path("orders/<uuid:order>/", orders.OneOrder.as_view(), name="order"),
    path("orders/<uuid:order>/revoke/", orders.Revoke.as_view(), name="order-revoke"),
    path("overrides/", overrides.Overrides.as_view(), name="overrides"),
    path("overrides/<uuid:override>/", overrides.OneOverride.as_view(), name="override"),
    path("overrides/<uuid:override>/confirm/", overrides.Confirm.as_view(), name="override-confirm"),
    path("outcomes/", outcomes.Outcomes.as_view(), name="outcomes"),
    path("outcomes/plot/", outcomes.Plot.as_view(), name="outcomes-plot"),
    *log,
]
