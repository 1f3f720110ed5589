"""Every address of the system."""

from django.contrib import admin
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from oms.foundation.health import healthz, readyz
from oms.foundation.logins.pages import set_up_factor, show_factor
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
    path("second-factor/", admin.site.admin_view(show_factor), name="second-factor"),
    path("second-factor/set-up/", admin.site.admin_view(set_up_factor), name="second-factor-set-up"),
    path("floor/", include("fulfillment.floor.urls")),
    path("", include("oms.outlets.urls")),
    path("", admin.site.urls),
]

handler403 = "oms.foundation.console.errors.forbidden"
handler404 = "oms.foundation.console.errors.not_found"
handler500 = "oms.foundation.console.errors.failed"
