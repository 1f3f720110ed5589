"""The rate card in the console and in files: typed, imported, taken back, exported, taken out of use."""

import pytest
from django.test import Client

from fulfillment.models import ShippingRate
from oms.foundation.models import AuditLine
from tests.factories import make_location
from tests.foundation.rows import make_boss
from tests.imports.desk import applied, previewed, reasons, take_back

pytestmark = pytest.mark.django_db
ADDRESS = "/fulfillment/shippingrate/"
HEAD = "code,carrier,service,price,currency,country,postal_prefix,location,up_to_g,usual_days,transit_days,level\n"
ROW = "gb-saver,post,saver,3.95,EUR,GB,ls1,LON,2000,1,2,standard\n"


@pytest.fixture
def boss() -> Client:
    """Return the browser of an administrator."""
    client = Client()
    client.force_login(make_boss("rates-boss"))
    return client


def typed(**changes: str) -> dict[str, str]:
    """Return a filled form."""
    told = {
        "code": "gb-saver", "carrier": "post", "service": "saver", "level": "standard", "location": "", "country": "gb",
        "postal_prefix": "", "up_to_g": "0", "currency": "EUR", "parcel": "3.95", "kilogram": "0.40",
        "usual_days": "1", "transit_days": "2",
    }  # fmt: skip
    return told | changes


def test_a_rate_is_typed_as_people_write_money(boss):
    answer = boss.post(f"{ADDRESS}add/", typed())

    assert answer.status_code == 302
    rate = ShippingRate.objects.get()
    assert (rate.price, rate.per_started_kg, rate.country) == (395, 40, "GB")
    assert AuditLine.objects.filter(act="fulfillment.create_shippingrate").exists()
    assert "3.95" in boss.get(f"{ADDRESS}{rate.pk}/change/").content.decode()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"country": "", "postal_prefix": "LS1"}, "A postcode needs its country."),
        ({"country": "Germany"}, "at most 2 characters"),
        ({"usual_days": "3"}, "At most the days of nine of ten parcels."),
        ({"transit_days": "30000"}, "At most 90 days."),
        ({"parcel": "free"}, "“free”"),
        ({"parcel": "-1.00"}, "Write an amount of 0 or more."),
        ({"currency": "USD", "code": "us"}, "the others are in EUR"),
    ],
)
def test_what_makes_no_sense_is_said_beside_its_field(boss, changes, sentence):
    boss.post(f"{ADDRESS}add/", typed(code="first"))

    answer = boss.post(f"{ADDRESS}add/", typed(**changes))

    assert answer.status_code == 200 and sentence in answer.content.decode()
    assert ShippingRate.objects.count() == 1


def test_the_list_says_where_from_where_to_and_what_it_costs(boss):
    boss.post(f"{ADDRESS}add/", typed())

    page = boss.get(ADDRESS).content.decode()

    assert "€3.95" in page and "and 0.40 a kg" in page and "everywhere" in page and "1–2" in page


def test_an_empty_card_says_what_it_is_for(boss):
    assert "prefers the least freight" in boss.get(ADDRESS).content.decode()


def test_a_rate_is_taken_out_of_use_and_put_back(boss):
    boss.post(f"{ADDRESS}add/", typed())
    rate = ShippingRate.objects.get()

    for act, on in (("stop_using_rate", False), ("use_rate_again", True)):
        answer = boss.post(f"{ADDRESS}{rate.pk}/act/{act}/", {"note": "", "version": rate.version})
        rate.refresh_from_db()
        assert (answer.status_code, rate.is_active) == (302, on)


def test_a_file_is_previewed_applied_and_taken_back():
    make_location("LON")
    session = applied("rates", HEAD + ROW)

    rate = ShippingRate.objects.get()
    assert (rate.price, rate.postal_prefix, rate.location.code, rate.up_to_g) == (395, "LS1", "LON", 2000)

    again = applied("rates", HEAD + ROW.replace("3.95", "4.25"), name="again.csv")
    rate.refresh_from_db()
    assert rate.price == 425

    take_back(again)
    rate.refresh_from_db()
    assert rate.price == 395

    take_back(session)
    rate.refresh_from_db()
    assert not rate.is_active


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (ROW.replace("LON", "PAR"), "there is no location “PAR”"),
        (ROW.replace("GB", ""), "a postcode needs its country"),
        (ROW.replace(",1,2,", ",4,2,"), "the usual days are at most the transit days"),
        (ROW.replace("3.95", "three"), "three"),
        (ROW.replace("standard", "slow"), "slow"),
        (ROW.replace("EUR", "USD"), "the others are in EUR"),
    ],
)
def test_a_row_that_makes_no_sense_names_its_column_and_reason(row, sentence):
    make_location("LON")
    ShippingRate.objects.create(code="other", carrier="post", service="saver", price=1, currency="EUR")

    assert sentence in " ".join(reasons(previewed("rates", HEAD + row)))
