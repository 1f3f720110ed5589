"""What every answer says to the browser about itself."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.security.world import build

pytestmark = [pytest.mark.django_db, pytest.mark.once]
PAGES = [
    "/", "/login/", "/orders/order/", "/orders/customer/", "/orders/payment/", "/inventory/product/",
    "/returns/return/", "/fulfillment/shipment/", "/foundation/auditline/", "/search/?q=x", "/second-factor/set-up/",
    "/nowhere/",
    "/orders/order/export/", "/api/v1/docs/", "/api/v1/schema/", "/api/v1/orders/", "/api/v1/nowhere/", "/healthz",
]  # fmt: skip


@pytest.fixture
def desk(settings):
    """Return an administrator's browser in a shop on the open internet."""
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SECURE_HSTS_SECONDS = 31_536_000
    build()
    client = Client()
    client.force_login(User.objects.create_superuser("desk"))
    return client


@pytest.mark.parametrize("page", PAGES)
def test_every_answer_is_closed_to_frames_guesses_and_caches(desk, page):
    answer = desk.get(page, secure=True)
    assert answer.status_code < 500
    policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["Content-Security-Policy"].split(";"))
    assert policy["frame-ancestors"] == policy["object-src"] == "'none'"
    assert policy["base-uri"] == policy["form-action"] == policy["default-src"] == "'self'"
    assert ("'unsafe-inline'" in policy["script-src"]) is (page == "/api/v1/docs/")
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
    assert "no-store" in answer.headers["Cache-Control"]


def test_cookies_stay_with_us(desk):
    User.objects.create_user("anna", password="a long enough word", is_staff=True)
    client = Client()
    client.get("/login/", secure=True)
    client.post("/login/", {"username": "anna", "password": "a long enough word"}, secure=True)
    session, token = client.cookies["sessionid"], client.cookies["csrftoken"]
    assert (session["secure"], session["httponly"], session["samesite"]) == (True, True, "Lax")
    assert (token["secure"], token["samesite"]) == (True, "Lax")
    assert session["max-age"] == 12 * 60 * 60
