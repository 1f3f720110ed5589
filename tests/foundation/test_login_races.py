"""Two browsers at the same moment: a code opens once, and no wrong password goes uncounted."""

from datetime import timedelta
from threading import Barrier

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.db.models import Sum
from django.test import Client
from django.utils import timezone

from oms.foundation.actor import Actor
from oms.foundation.logins import factor
from oms.foundation.logins.factor import begin_factor, check_code, confirm_factor
from oms.foundation.models import SecondFactor
from oms.foundation.refusals import Invalid
from tests.concurrency.together import together
from tests.foundation.test_second_factor import code_of

pytestmark = [pytest.mark.race, pytest.mark.usefixtures("shared_database")]
NOW = timezone.now()


@pytest.fixture
def anna():
    """Return somebody with a second factor."""
    user = User.objects.create_superuser("anna")
    actor = Actor("user", str(user.pk), "anna", NOW - timedelta(hours=1))
    made = begin_factor(user_id=user.pk, actor=actor)
    user.codes = confirm_factor(user_id=user.pk, code=code_of(made, actor.now), actor=actor)
    user.digits = code_of(made, NOW)
    return user


def opened(told):
    """Return how many got in; the others were told that the code is not right."""
    assert all(one is None or isinstance(one, Invalid) for one in told), told
    return sum(one is None for one in told)


@pytest.mark.parametrize("which", ["app", "paper"])
def test_one_code_sent_twice_at_once_opens_once(anna, which):
    code = anna.digits if which == "app" else anna.codes[0]
    told = together(*[lambda: check_code(user_id=anna.pk, code=code, now=NOW)] * 2)
    assert opened(told) == 1


@pytest.mark.pg
@pytest.mark.twin
def test_without_the_lock_one_code_lets_both_in(anna, monkeypatch):
    """Both read the row before either has written it."""
    both_have_read = Barrier(2)

    def unlocked(user_id, **wanted):
        """Read without a lock, and wait until the other has read too."""
        row = SecondFactor.objects.get(user_id=user_id)
        both_have_read.wait(10)
        return row

    monkeypatch.setattr(factor, "_locked", unlocked)
    told = together(*[lambda: check_code(user_id=anna.pk, code=anna.digits, now=NOW)] * 2)
    assert opened(told) == 2


def test_four_wrong_passwords_at_once_are_four(anna):
    def guess():
        """Try a wrong password from a browser of its own."""
        return Client().post("/login/", {"username": "anna", "password": "wrong"}).status_code

    assert set(together(guess, guess, guess, guess)) <= {200, 429}
    assert AccessAttempt.objects.aggregate(all=Sum("failures_since_start"))["all"] == 4
