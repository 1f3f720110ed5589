"""Customs papers: a shipment that leaves the country has a commercial invoice on its page."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from fulfillment.models import CarrierAccount, Shipment
from tests.contracts.carriers.more_fakes import ENTERED
from tests.factories import make_actor, make_location, make_product, make_stock
from tests.fulfillment.documents.scanning import joined_text
from tests.fulfillment.shop import an_order, packed, sourced

pytestmark = pytest.mark.django_db
BUTTON = "Commercial invoice (PDF)"


def sent_to(country: str) -> Shipment:
    """Return a packed shipment of three teas from Barking to some country."""
    tea = make_product("TEA", weight_g=250)
    make_stock(tea, make_location("LON", line1="1 Dock Road", city="Barking", postal_code="IG11 0HZ"), 10)
    return packed(sourced(an_order([(tea, 3)], country=country, postal_code="10001"))[0], actor=make_actor())


@pytest.fixture
def client() -> Client:
    """A browser of somebody who may do everything."""
    browser = Client()
    browser.force_login(User.objects.create_superuser("root"))
    return browser


def page_of(client: Client, shipment: Shipment) -> str:
    """Return the page of a shipment."""
    return client.get(reverse("admin:fulfillment_shipment_change", args=[shipment.pk])).content.decode()


def invoice_of(client: Client, shipment: Shipment) -> str:
    """Return the text of a shipment's commercial invoice."""
    answer = client.get(reverse("admin:fulfillment_commercial_invoice", args=[shipment.number]))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    return joined_text(answer.content)


def test_a_parcel_that_stays_in_the_country_needs_none(client) -> None:
    assert BUTTON not in page_of(client, sent_to("GB"))


def test_a_parcel_that_leaves_has_one_with_what_the_account_knows(client) -> None:
    shipment = sent_to("US")
    assert BUTTON in page_of(client, shipment)
    assert "TEA ………… ………… 3 0.750 kg €10.00 €30.00" in invoice_of(client, shipment)

    account = CarrierAccount(code="fedex-uk", adapter="fedex", is_active=True)
    account.enter(ENTERED)
    account.save()
    Shipment.objects.update(carrier="fedex-uk")

    text = invoice_of(client, shipment)
    assert "61091000 Germany 3 0.750 kg €10.00 €30.00" in text
    assert "Total 3 0.750 kg €30.00" in text
    assert "Carrier FedEx" in text
    assert "Tel. +44 20 7946 0000" in text
    assert "UNITED STATES" in text


def test_nothing_packed_is_no_invoice(client) -> None:
    shipment = sent_to("US")
    shipment.packages.all().delete()
    answer = client.get(reverse("admin:fulfillment_commercial_invoice", args=[shipment.number]))
    assert answer.status_code == 404
