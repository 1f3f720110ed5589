"""Every address of the system."""

from django.contrib import admin
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from oms.foundation.health import healthz, readyz
from oms.foundation.web import nothing_here
from orders.api.inbound import inbound

ROOMS = ["inventory.api.urls", "orders.api.urls", "fulfillment.api.urls", "returns.api.urls", "oms.outlets.api.urls"]

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/v1/docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
    path("inbound/<slug:account>/", inbound, name="inbound"),
    *[path("api/v1/", include(room)) for room in ROOMS],
    re_path(r"^(api|inbound)(/|$)", nothing_here),
    path("", include("oms.outlets.urls")),
    path("", admin.site.urls),
]
