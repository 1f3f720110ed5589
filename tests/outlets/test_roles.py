"""Roles and demo logins open no door that was not meant."""

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import call_command

from oms.roles import ROLES

pytestmark = pytest.mark.django_db


def test_no_role_may_widen_what_its_people_see() -> None:
    """Memberships limit a person; only an administrator changes them."""
    changing = Permission.objects.filter(codename__regex="^(add|change)_.*membership$")
    assert changing.count() == 4
    assert not changing.filter(group__name__in=ROLES).exists()


def test_the_demo_shop_is_not_made_where_others_can_reach_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its passwords are known to everybody."""
    monkeypatch.setenv("HOST", "0.0.0.0")
    monkeypatch.delenv("DEMO", raising=False)
    call_command("demo_shop")
    assert not User.objects.exists()
