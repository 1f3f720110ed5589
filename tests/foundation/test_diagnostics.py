"""What is told to whoever helps from afar."""

import io
import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from oms.foundation.diagnostics import diagnose
from oms.foundation.models import OutboxEvent
from tests.factories import NOW, take_order

pytestmark = pytest.mark.django_db


def test_it_tells_how_many_facts_wait_and_how_long():
    OutboxEvent.objects.create(stream="order:1", kind="OrderPlaced", payload={}, occurred_at=NOW, next_try_at=NOW)

    told = diagnose(NOW + timedelta(seconds=90))["queues"]["foundation.OutboxEvent"]

    assert told == {"due": 1, "held": 0, "tried_again": 0, "oldest_seconds": 90}


def test_it_tells_nothing_of_customers_and_no_secret(settings, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "a-secret-that-nobody-may-read")
    take_order()
    out = io.StringIO()

    call_command("diagnostics", stdout=out)

    told = json.loads(out.getvalue())
    assert told["database"]["migrations_waiting"] == []
    assert "erika" not in out.getvalue().lower()
    assert settings.SECRET_KEY not in out.getvalue()
    assert "nobody-may-read" not in out.getvalue()
    assert told["at"][:4] == str(timezone.now().year)
