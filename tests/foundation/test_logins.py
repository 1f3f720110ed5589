"""Signing in: who guesses is kept out, and a session ends when the person's rights change."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.utils import timezone

from oms.foundation.retention import forget
from orders.models import ApiKey
from orders.services.api_keys import revoke_api_key
from tests.factories import make_actor, make_api_key, make_channel

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough word"


@pytest.fixture(autouse=True)
def quick(settings):
    """Hash passwords in no time."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def anna():
    """Return a member of staff with a password."""
    return User.objects.create_user("anna", password=PASSWORD, is_staff=True)


def sign_in(name, password, **extra):
    """Post the login form from a browser of its own and return the answer."""
    return Client().post("/login/", {"username": name, "password": password, "next": "/"}, **extra)


def signed_in(user):
    """Return a browser in which the person is signed in."""
    client = Client()
    client.force_login(user)
    return client


def is_in(client):
    """Tell whether the browser still sees the console."""
    return client.get("/").status_code == 200


class TestLockOut:
    """Whoever guesses."""

    def guess(self, name, times, **extra):
        """Try wrong passwords and return the last answer."""
        return [sign_in(name, f"wrong {i}", **extra) for i in range(times)][-1]

    def test_F101_brute_force_slowed(self, anna):
        assert self.guess("anna", 4).status_code == 200
        answer = self.guess("anna", 1)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "900")
        assert sign_in("anna", PASSWORD).status_code == 429

    def test_it_is_over_after_its_time_and_not_prolonged_by_trying(self, anna):
        self.guess("anna", 5)
        with time_machine.travel(timezone.now() + timedelta(minutes=14)):
            assert sign_in("anna", PASSWORD).status_code == 429
        with time_machine.travel(timezone.now() + timedelta(minutes=16)):
            assert sign_in("anna", PASSWORD).status_code == 302

    def test_the_same_person_at_another_address_gets_in(self, anna):
        self.guess("anna", 5, REMOTE_ADDR="203.0.113.7")
        assert sign_in("anna", PASSWORD, REMOTE_ADDR="203.0.113.8").status_code == 302

    def test_a_name_that_nobody_has_is_answered_alike(self, anna):
        known, unknown = self.guess("anna", 5), self.guess("nobody", 5)
        assert (known.status_code, known.content) == (unknown.status_code, unknown.content)

    def test_an_address_that_tries_everybodys_name_is_kept_out_for_everybody(self, anna, settings):
        settings.LOGIN_FAILURES_OF_ADDRESS = 8
        for i in range(8):
            assert sign_in(f"person{i}", "wrong").status_code == 200
        assert sign_in("anna", PASSWORD).status_code == 429
        assert sign_in("anna", PASSWORD, REMOTE_ADDR="203.0.113.8").status_code == 302

    def test_the_right_password_forgets_the_wrong_ones(self, anna):
        self.guess("anna", 4)
        assert sign_in("anna", PASSWORD).status_code == 302
        assert self.guess("anna", 4).status_code == 200

    @pytest.mark.parametrize(("proxies", "status"), [(0, 302), (1, 429)])
    def test_behind_a_proxy_the_address_that_it_saw_counts(self, anna, settings, proxies, status):
        from rest_framework.settings import api_settings

        settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": proxies}
        assert proxies == api_settings.NUM_PROXIES
        for i in range(5):
            sign_in("anna", "wrong", REMOTE_ADDR=f"10.0.0.{i}", headers={"X-Forwarded-For": f"1.2.3.{i}, 203.0.113.7"})
        last = {"REMOTE_ADDR": "10.0.0.9", "headers": {"X-Forwarded-For": "5.6.7.8, 203.0.113.7"}}
        assert sign_in("anna", PASSWORD, **last).status_code == status


def test_whoever_opens_the_login_page_itself_comes_to_the_start_page(anna):
    """It led to an address that there is not."""
    answer = Client().post("/login/", {"username": "anna", "password": PASSWORD})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


class TestSessions:
    """A person's sessions."""

    def test_F97_revoked_at_once(self, anna):
        """Whoever leaves is out at the next click, in every browser."""
        here, there = signed_in(anna), signed_in(anna)
        assert is_in(here) and is_in(there)
        User.objects.filter(pk=anna.pk).get().delete()
        assert not is_in(here) and not is_in(there)

    def test_F97_a_stolen_key_opens_nothing_from_the_moment_it_is_revoked(self, anna):
        key = make_api_key(make_channel("shop"))
        asked = {"headers": {"Authorization": f"Bearer {key}"}}
        assert Client().get("/api/v1/orders/", **asked).status_code == 200
        revoke_api_key(key_id=ApiKey.objects.get().pk, actor=make_actor())
        assert Client().get("/api/v1/orders/", **asked).status_code == 401

    @pytest.mark.parametrize("flag", ["is_active", "is_staff"])
    def test_they_end_when_the_person_is_shut_out(self, anna, flag):
        browser = signed_in(anna)
        setattr(anna, flag, False)
        anna.save()
        assert not is_in(browser)
        setattr(anna, flag, True)
        anna.save()
        assert not is_in(browser)

    def test_they_end_with_a_new_password(self, anna):
        browser = signed_in(anna)
        anna.set_password("another long word")
        anna.save()
        assert not is_in(browser)

    def test_they_end_with_a_role_given_or_taken_from_either_side(self, anna):
        role = Group.objects.get(name="Warehouse")
        changes = [
            lambda: anna.groups.add(role),
            lambda: anna.groups.remove(role),
            lambda: role.user_set.add(anna),
            role.user_set.clear,
            lambda: anna.user_permissions.add(Permission.objects.get(codename="view_order")),
            anna.user_permissions.clear,
        ]
        for change in changes:
            browser = signed_in(anna)
            assert is_in(browser)
            change()
            assert not is_in(browser)

    def test_they_stay_when_nothing_about_the_rights_changes(self, anna):
        other = User.objects.create_user("otto", is_staff=True)
        browser = signed_in(anna)
        anna.groups.set([])
        anna.first_name = "Anna"
        anna.save()
        other.groups.add(Group.objects.get(name="Warehouse"))
        assert is_in(browser)

    def test_they_are_forgotten_when_they_are_over(self, anna):
        signed_in(anna)
        sign_in("anna", "wrong")
        assert "0 sessions, 0 login attempts" in forget(timezone.now())
        assert "1 sessions, 1 login attempts" in forget(timezone.now() + timedelta(days=2))
