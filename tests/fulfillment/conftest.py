"""Whoever picks, and where."""

import pytest
from django.contrib.auth.models import User

from tests.factories import make_location, make_product, make_stock
from tests.fulfillment.shop import an_order, sourced


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
