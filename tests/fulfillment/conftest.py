"""Whoever picks, and where; carriers that nobody has asked before."""

import pytest
from django.contrib.auth.models import User

from fulfillment.carriers import registry
from inventory.models import Product
from tests.factories import make_location, make_product, make_stock
from tests.fulfillment.packers import make_boxes, picked
from tests.fulfillment.shop import an_order, sourced


@pytest.fixture(autouse=True)
def nothing_opened(monkeypatch) -> None:
    """Forget gateways of other tests' accounts."""
    monkeypatch.setattr(registry, "_OPENED", {})


@pytest.fixture
def ann() -> User:
    """A picker."""
    return User.objects.create_user("ann")


@pytest.fixture
def bob() -> User:
    """Another one."""
    return User.objects.create_user("bob")


@pytest.fixture
def place():
    """A location with tea in A-2 and cups in A-10, and two released orders."""
    place = make_location("LON")
    tea, cup = make_product("TEA", barcode="4001", title="Green tea"), make_product("CUP", barcode="4002")
    make_stock(tea, place, 10, bin="A-2")
    make_stock(cup, place, 10, bin="A-10")
    sourced(an_order([(cup, 1), (tea, 3)]))
    sourced(an_order([(tea, 1)]))
    return place


@pytest.fixture
def work(place):
    """Picked work for three of TEA and a CUP, with jam on the shelf and three boxes to pack into."""
    sizes = {"length_mm": 100, "width_mm": 80, "height_mm": 60}
    for sku in ("TEA", "CUP"):
        Product.objects.filter(sku=sku).update(**sizes)
    make_stock(make_product("JAM", barcode="4003", title="Plum jam", **sizes), place, 10)
    make_boxes()
    return picked(place)
