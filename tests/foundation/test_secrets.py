"""Secrets at rest."""

import pytest
from django.db import connection

from oms.foundation.secrets import decrypt, encrypt, rotate
from orders.models import ChannelAccount
from tests.foundation.rows import make_channels

KEYS = ["new-key", "old-key"]


def test_a_secret_comes_back(settings):
    settings.FIELD_KEYS = KEYS
    assert decrypt(encrypt("geheim ✓")) == "geheim ✓"


def test_the_same_secret_never_looks_the_same(settings):
    settings.FIELD_KEYS = KEYS
    assert encrypt("x") != encrypt("x")


def test_an_old_key_still_opens_what_it_closed(settings):
    settings.FIELD_KEYS = ["old-key"]
    token = encrypt("x")
    settings.FIELD_KEYS = KEYS
    assert decrypt(token) == "x"


def test_after_a_rotation_the_old_key_can_go(settings):
    settings.FIELD_KEYS = ["old-key"]
    token = encrypt("x")
    settings.FIELD_KEYS = KEYS
    token = rotate(token)
    settings.FIELD_KEYS = ["new-key"]
    assert decrypt(token) == "x"


@pytest.mark.parametrize(
    "token", ["", "x", "gAAAAA", encrypt("x")[:-4] + "AAAA"], ids=["empty", "short", "head", "tail"]
)
def test_what_was_tampered_with_stays_closed(token, settings):
    with pytest.raises(ValueError, match="no key in FIELD_KEYS") as refused:
        decrypt(token)
    assert token == "" or token not in str(refused.value)


@pytest.mark.django_db
def test_the_table_never_holds_it_in_the_clear():
    (channel,) = make_channels(1)
    account = ChannelAccount.objects.create(channel=channel, code="a", webhook_secret="open-sesame")
    with connection.cursor() as cursor:
        cursor.execute("SELECT webhook_secret, credentials FROM orders_channelaccount")
        stored, empty = cursor.fetchone()
    assert "sesame" not in stored
    assert (decrypt(stored), empty) == ("open-sesame", "")
    assert ChannelAccount.objects.get(pk=account.pk).webhook_secret == "open-sesame"


@pytest.mark.django_db
def test_a_secret_that_is_saved_again_is_not_encrypted_twice():
    (channel,) = make_channels(1)
    ChannelAccount.objects.create(channel=channel, code="a", webhook_secret="open-sesame")
    account = ChannelAccount.objects.get()
    account.save()
    assert ChannelAccount.objects.get().webhook_secret == "open-sesame"
