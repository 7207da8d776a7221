"""The addresses of this floor, under /api/v1/."""

from django.urls import path

from treatments.api import aftercare, catalogue, causes, home_care, home_care_page, orders, outcomes, overrides, plans
from treatments.api.log.urls import urlpatterns as log

urlpatterns = [
    path("treatments/", catalogue.Treatments.as_view(), name="treatments"),
    path("lesions/<uuid:lesion>/cause/", causes.LesionCauses.as_view(), name="lesion-cause"),
    path("orders/", orders.Orders.as_view(), name="orders"),
    path("orders/<uuid:order>/", orders.OneOrder.as_view(), name="order"),
    path("orders/<uuid:order>/revoke/", orders.Revoke.as_view(), name="order-revoke"),
    path("overrides/", overrides.Overrides.as_view(), name="overrides"),
    path("overrides/<uuid:override>/", overrides.OneOverride.as_view(), name="override"),
    path("overrides/<uuid:override>/confirm/", overrides.Confirm.as_view(), name="override-confirm"),
    path("plans/", plans.Plans.as_view(), name="plans"),
    path("plans/<uuid:plan>/", plans.OnePlan.as_view(), name="plan"),
    path("plans/<uuid:plan>/activate/", plans.Activate.as_view(), name="plan-activate"),
    path("plans/<uuid:plan>/stop/", plans.Stop.as_view(), name="plan-stop"),
    path("plans/<uuid:plan>/steps/<uuid:step>/complete/", plans.CompleteStep.as_view(), name="plan-step-complete"),
    path("plans/<uuid:plan>/steps/<uuid:step>/carried-out/", plans.CarriedOut.as_view(), name="plan-step-carried-out"),
    path("ingredient-classes/", home_care.IngredientClasses.as_view(), name="ingredient-classes"),
    path("home-care-plans/", home_care.HomeCarePlans.as_view(), name="home-care-plans"),
    path("home-care-plans/<uuid:home_care>/", home_care.OneHomeCarePlan.as_view(), name="home-care-plan"),
    path("home-care-plans/<uuid:home_care>/activate/", home_care.Activate.as_view(), name="home-care-activate"),
    path("home-care-plans/<uuid:home_care>/stop/", home_care.Stop.as_view(), name="home-care-stop"),
    path("home-care-plans/<uuid:home_care>/complete/", home_care.Complete.as_view(), name="home-care-complete"),
    path("home-care-plans/<uuid:home_care>/new-version/", home_care.NewVersion.as_view(), name="home-care-new-version"),
    path("home-care-plans/<uuid:home_care>/page/", home_care_page.HomeCarePage.as_view(), name="home-care-page"),
    path("aftercare-reports/", aftercare.AftercareReports.as_view(), name="aftercare-reports"),
    path("aftercare-reports/<uuid:report>/", aftercare.OneAftercareReport.as_view(), name="aftercare-report"),
    path("outcomes/", outcomes.Outcomes.as_view(), name="outcomes"),
    path("outcomes/plot/", outcomes.Plot.as_view(), name="outcomes-plot"),
    *log,
]
