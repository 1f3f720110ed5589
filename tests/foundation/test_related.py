"""What is changed in the rows under a row stands on its timeline, as before and after, and only when it changed."""

from types import SimpleNamespace

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import RequestFactory

from inventory.models import LocationMembership, Substitute
from oms.foundation.models import AuditLine
from orders.models import ChannelMembership
from tests.factories import make_channel, make_location, make_product

pytestmark = pytest.mark.django_db


def saved(row, change):
    """Save the rows under a row through its page, and return what the timeline says of it."""
    request = RequestFactory().post("/")
    request.user = User.objects.create_superuser("boss")
    form = SimpleNamespace(instance=row, save_m2m=lambda: None)
    page = admin.site._registry[type(row)]
    for act in (change, lambda: None):
        page.save_related(request, form, [SimpleNamespace(save=act, forms=[])], True)
    return list(AuditLine.objects.filter(entity=row._meta.label_lower).values_list("act", "data"))


def test_who_is_limited_to_a_location():
    place, rita = make_location(), User.objects.create_user("rita")
    told = saved(place, lambda: LocationMembership.objects.create(user=rita, location=place))
    assert told == [("inventory.change_location", {"limited people": ["", "rita"]})]


def test_who_is_limited_to_a_channel():
    channel, rita = make_channel().channel, User.objects.create_user("rita")
    told = saved(channel, lambda: ChannelMembership.objects.create(user=rita, channel=channel, own_only=True))
    assert told[-1:] == [("orders.change_channel", {"limited people": ["", "rita (own)"]})]


def test_what_may_be_sent_instead_of_a_product():
    tea, chai = make_product("TEA"), make_product("CHAI")
    told = saved(tea, lambda: Substitute.objects.create(product=tea, substitute=chai))
    assert [(act, list(data)) for act, data in told] == [("inventory.change_product", ["substitutes"])]
