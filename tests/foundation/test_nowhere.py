"""Addresses that the API does not know."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/api/v1/nowhere/", "/api/v1/orders/1/no%20such%20act/", "/inbound/"])
@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_machines_are_told_so_whatever_they_send(address, method):
    """A POST was asked for a form's token, and answered as if something had broken."""
    response = getattr(Client(enforce_csrf_checks=True), method)(address)
    assert (response.status_code, response.json()["code"]) == (404, "not_found")
