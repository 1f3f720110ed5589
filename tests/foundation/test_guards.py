"""No process of the product runs without its guards."""

import pytest
from django.conf import settings

from oms.env import BadEnvironment
from oms.foundation.checks import refuse_missing_guards


def test_a_process_that_is_asked_to_leave_a_guard_out_does_not_start(monkeypatch):
    monkeypatch.setenv("GUARD_OFF", "stock.lock")
    with pytest.raises(BadEnvironment, match="unset it to start"):
        refuse_missing_guards()


def test_only_the_settings_of_the_tests_may_ask_for_it(monkeypatch):
    monkeypatch.setenv("GUARD_OFF", "stock.lock")
    monkeypatch.setattr(settings, "SETTINGS_MODULE", "tests.chaos.settings", raising=False)
    refuse_missing_guards()
