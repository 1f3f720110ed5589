"""``manage.py rotate_secrets``: afterwards the newest key alone opens every secret."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from oms.foundation import rotation
from oms.foundation.models import SecondFactor
from oms.outlets.models import WebhookEndpoint
from orders.models import ChannelAccount
from tests.security.world import build

pytestmark = pytest.mark.django_db
OLD, NEW = "the old key", "the new key"


def stored():
    """Return what the table holds of every webhook's secret."""
    with connection.cursor() as cursor:
        cursor.execute("select id, secret from outlets_webhookendpoint order by id")
        return dict(cursor.fetchall())


@pytest.fixture
def secrets(settings):
    """Return the secrets of a shop, written with the old key; the new one stands before it now."""
    settings.FIELD_KEYS = [OLD]
    build()
    found = dict(WebhookEndpoint.objects.values_list("pk", "secret"))
    assert len(found) == 3
    settings.FIELD_KEYS = [NEW, OLD]
    return found


def test_every_encrypted_column_is_known():
    known = set(rotation.secret_columns())
    assert {(WebhookEndpoint, "secret"), (ChannelAccount, "webhook_secret"), (SecondFactor, "key")} <= known


def test_the_newest_key_alone_opens_everything_afterwards(secrets, settings, capsys):
    call_command("rotate_secrets")
    assert "outlets.WebhookEndpoint.secret: 3 moved to the newest key" in capsys.readouterr().out
    settings.FIELD_KEYS = [NEW]
    assert dict(WebhookEndpoint.objects.values_list("pk", "secret")) == secrets
    assert all(account.webhook_secret.startswith("whsec_") for account in ChannelAccount.objects.all())


def test_without_it_the_new_key_opens_nothing(secrets, settings):
    settings.FIELD_KEYS = [NEW]
    with pytest.raises(ValueError, match="no key"):
        list(WebhookEndpoint.objects.all())


def test_it_goes_on_where_it_was_stopped(secrets, monkeypatch):
    monkeypatch.setattr(rotation, "STEP", 1)
    before, calls, rotate = stored(), [], rotation.rotate

    def stop_at_the_second(token):
        calls.append(token)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return rotate(token)

    monkeypatch.setattr(rotation, "secret_columns", lambda: [(WebhookEndpoint, "secret")])
    monkeypatch.setattr(rotation, "rotate", stop_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        rotation.rotate_all()
    moved = {pk for pk, token in stored().items() if token != before[pk]}
    assert len(moved) == 1
    [told] = rotation.rotate_all()
    assert (told.moved, told.kept, told.lost) == (2, 1, 0)


def test_a_second_run_writes_nothing(secrets):
    rotation.rotate_all()
    before = stored()
    assert {(one.moved, one.lost) for one in rotation.rotate_all()} == {(0, 0)}
    assert stored() == before


def test_a_secret_that_was_changed_meanwhile_is_left_alone(secrets, monkeypatch):
    """The row was read, then its secret replaced by somebody else, then the old one would have been written back."""
    endpoint, rotate = WebhookEndpoint.objects.first(), rotation.rotate

    def changed_first(token):
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(secret="whsec_fresh")
        return rotate(token)

    monkeypatch.setattr(rotation, "rotate", changed_first)
    rotation.rotate_all()
    endpoint.refresh_from_db()
    assert endpoint.secret == "whsec_fresh"


def test_a_secret_that_no_key_opens_is_told_and_left_as_it_is(secrets, settings):
    settings.FIELD_KEYS = [NEW, "not the old one"]
    before = stored()
    with pytest.raises(CommandError, match="not in FIELD_KEYS"):
        call_command("rotate_secrets")
    assert stored() == before
