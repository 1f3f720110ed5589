"""The commands that open the door for a channel: its making and its key."""

import io

import pytest
from django.core.management import CommandError, call_command

from oms.foundation.models import AuditLine
from orders.models import ApiKey, Channel, ChannelAccount
from tests.orders.api.conftest import Caller, order_json

pytestmark = pytest.mark.django_db


def said(command, *args, **options):
    """Return what a command prints on stdout."""
    out = io.StringIO()
    call_command(command, *args, **options, stdout=out)
    return out.getvalue()


def test_a_channel_is_made_with_an_account_of_its_code():
    assert said("create_channel", "web", name="Online shop", currency="GBP") == "channel web made\n"
    channel = Channel.objects.get()
    assert (channel.code, channel.name, channel.currency) == ("web", "Online shop", "GBP")
    assert ChannelAccount.objects.get().channel == channel and ChannelAccount.objects.get().code == "web"


def test_making_a_channel_again_changes_nothing():
    said("create_channel", "web", name="Online shop")
    assert said("create_channel", "web", name="Another name") == "channel web was there already\n"
    assert Channel.objects.get().name == "Online shop" and ChannelAccount.objects.count() == 1
    assert AuditLine.objects.count() == 1


@pytest.mark.parametrize(("code", "options"), [("a b", {}), ("x" * 33, {}), ("web", {"currency": "XQZ"})])
def test_a_channel_that_cannot_be_is_refused(code, options):
    with pytest.raises(CommandError):
        said("create_channel", code, name="N", **options)
    assert Channel.objects.count() == 0


def test_a_key_is_printed_alone_and_opens_the_door():
    said("create_channel", "web", name="Online shop")
    printed = said("issue_api_key", channel="web")
    assert printed == printed.strip() + "\n" and " " not in printed
    assert Caller(printed.strip()).post("/orders/", order_json()).status_code == 201


def test_a_key_may_be_limited_to_some_permissions():
    said("create_channel", "web", name="Online shop")
    printed = said("issue_api_key", channel="web", scopes=["orders.view_order"])
    assert ApiKey.objects.get().scopes == ["orders.view_order"]
    assert Caller(printed.strip()).post("/orders/", order_json()).status_code == 403


def test_an_unknown_channel_is_an_error_that_names_the_known_ones():
    said("create_channel", "web", name="Online shop")
    with pytest.raises(CommandError, match="Known channels: web"):
        said("issue_api_key", channel="nope")
    assert ApiKey.objects.count() == 0
