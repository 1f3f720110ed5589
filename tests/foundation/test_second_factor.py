"""The second factor: asked for after the password, set up by its person, required where the settings say so."""

import base64
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django_otp.oath import TOTP

from oms.foundation.actor import Actor
from oms.foundation.logins.factor import address_for_app, begin_factor, check_code, confirm_factor, forget_factor
from oms.foundation.models import AuditLine, RecoveryCode, SecondFactor
from oms.foundation.refusals import Invalid, Refused

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
SHOW, SET_UP = "/second-factor/", "/second-factor/set-up/"


@pytest.fixture(autouse=True)
def clock():
    """Stand at noon; a test moves on by itself."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def anna():
    """Return an administrator without a second factor."""
    return User.objects.create_superuser("anna")


@pytest.fixture
def codes(anna):
    """Return the recovery codes of the factor that Anna has set up a while ago."""
    actor = Actor("user", str(anna.pk), "anna", NOON - timedelta(hours=1))
    factor = begin_factor(user_id=anna.pk, actor=actor)
    return confirm_factor(user_id=anna.pk, code=code_of(factor, actor.now), actor=actor)


def code_of(factor, now=NOON):
    """Return what the app shows at a moment."""
    app = TOTP(base64.b32decode(factor.key))
    app.time = now.timestamp()
    return f"{app.token():06}"


def browser(user):
    """Return a browser in which the person has given the password."""
    client = Client()
    client.force_login(user)
    return client


class TestAsking:
    """After the password."""

    def test_nobody_is_asked_who_has_none_and_needs_none(self, anna):
        assert browser(anna).get("/").status_code == 200

    @pytest.mark.parametrize("page", ["/", "/orders/order/", "/search/?q=x", SET_UP])
    def test_every_page_leads_to_the_code_first(self, anna, codes, page):
        answer = browser(anna).get(page)
        assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, SHOW)

    def test_no_act_is_done_before_it(self, anna, codes):
        answer = browser(anna).post("/auth/user/add/", {"username": "otto"})
        assert answer.headers["Location"].startswith(SHOW)
        assert not User.objects.filter(username="otto").exists()

    def test_the_description_of_the_api_is_closed_too(self, anna, codes):
        assert browser(anna).get("/api/v1/schema/").status_code == 403

    def test_the_right_code_opens_the_page_that_was_wanted(self, anna, codes):
        client = browser(anna)
        before = client.session.session_key
        answer = client.post(SHOW, {"code": code_of(SecondFactor.objects.get()), "next": "/orders/order/"})
        assert (answer.status_code, answer.headers["Location"]) == (302, "/orders/order/")
        assert client.get("/").status_code == 200
        assert client.session.session_key != before

    def test_it_leads_to_no_other_shop(self, anna, codes):
        client = browser(anna)
        answer = client.post(SHOW, {"code": code_of(SecondFactor.objects.get()), "next": "https://evil.example/"})
        assert answer.headers["Location"] == "/"

    @pytest.mark.parametrize("wrong", ["", "000000", "12345", "x" * 500, "١٢٣٤٥٦", "\0"])
    def test_a_wrong_code_opens_nothing(self, anna, codes, wrong):
        client = browser(anna)
        assert client.post(SHOW, {"code": wrong}).status_code == 422
        assert client.get("/").status_code == 302

    def test_signing_out_is_always_possible(self, anna, codes):
        client = browser(anna)
        client.post("/logout/")
        assert client.get("/").headers["Location"].startswith("/login/")


class TestCodes:
    """What is taken, and how often."""

    def test_a_code_is_taken_once(self, anna, codes):
        code = code_of(SecondFactor.objects.get())
        check_code(user_id=anna.pk, code=code, now=NOON)
        with pytest.raises(Invalid):
            check_code(user_id=anna.pk, code=code, now=NOON)

    @pytest.mark.parametrize(("late", "taken"), [(-60, False), (-30, True), (30, True), (60, False)])
    def test_a_clock_may_be_half_a_minute_off(self, anna, codes, late, taken):
        code = code_of(SecondFactor.objects.get(), NOON + timedelta(seconds=late))
        if taken:
            check_code(user_id=anna.pk, code=code, now=NOON)
        else:
            with pytest.raises(Invalid):
                check_code(user_id=anna.pk, code=code, now=NOON)

    def test_wrong_codes_make_the_next_one_wait(self, anna, codes, clock):
        for _ in range(6):
            with pytest.raises(Refused):
                check_code(user_id=anna.pk, code="000000", now=NOON)
            clock.shift(timedelta(seconds=70))
        right = code_of(SecondFactor.objects.get())
        with pytest.raises(Invalid):
            check_code(user_id=anna.pk, code="000000", now=NOON)
        with pytest.raises(Refused, match="Too many wrong codes"):
            check_code(user_id=anna.pk, code=right, now=NOON)
        clock.shift(timedelta(hours=1))
        check_code(user_id=anna.pk, code=right, now=NOON)

    def test_each_recovery_code_opens_once(self, anna, codes):
        assert len({*codes}) == 10
        check_code(user_id=anna.pk, code=codes[0].lower(), now=NOON)
        with pytest.raises(Invalid):
            check_code(user_id=anna.pk, code=codes[0], now=NOON)
        assert RecoveryCode.objects.count() == 9

    def test_neither_key_nor_codes_can_be_read_in_the_database(self, anna, codes):
        factor = SecondFactor.objects.get()
        with connection.cursor() as cursor:
            cursor.execute("select key from foundation_secondfactor")
            [[stored]] = cursor.fetchall()
        assert factor.key not in stored
        assert not RecoveryCode.objects.filter(digest__in=[codes[0], codes[0].replace("-", "")]).exists()
        assert factor.key in address_for_app(factor, "anna")


class TestSettingUp:
    """By the person."""

    def test_looking_makes_no_key(self, anna):
        assert "Set it up" in browser(anna).get(SET_UP).content.decode()
        assert not SecondFactor.objects.exists()

    def test_it_is_on_after_the_first_code_and_its_recovery_codes_are_shown_once(self, anna):
        client, other = browser(anna), browser(anna)
        assert client.post(SET_UP, {"step": "begin"}).status_code == 302
        page = client.get(SET_UP).content.decode()
        assert "data:image/svg+xml" in page
        assert client.post(SET_UP, {"step": "confirm", "code": "000000"}).status_code == 422
        assert client.get("/").status_code == 200, "not on yet: nobody is locked out by a half-finished one"
        with time_machine.travel(NOON + timedelta(minutes=1), tick=False):
            code = code_of(SecondFactor.objects.get(), NOON + timedelta(minutes=1))
            shown = client.post(SET_UP, {"step": "confirm", "code": code}).content.decode()
        assert len(re.findall(r"<li>(?:[A-Z2-7]{4}-){3}[A-Z2-7]{4}</li>", shown)) == 10
        assert client.get("/").status_code == 200
        assert browser(anna).get("/").status_code == 302
        assert "10 recovery codes are left" in client.get(SET_UP).content.decode()
        assert AuditLine.objects.filter(act="logins.factor_set_up", subject=f"user:{anna.pk}").count() == 1
        assert other.get("/").status_code == 200

    def test_turning_it_off_asks_for_a_code(self, anna, codes):
        client = browser(anna)
        client.post(SHOW, {"code": codes[0]})
        assert client.post(SET_UP, {"step": "forget", "code": "000000"}).status_code == 422
        with time_machine.travel(NOON + timedelta(minutes=1), tick=False):
            assert client.post(SET_UP, {"step": "forget", "code": codes[1]}).status_code == 302
        assert browser(anna).get("/").status_code == 200

    @pytest.mark.parametrize("step", ["", "begin-again", "forget"])
    def test_an_unknown_or_impossible_step_is_refused(self, anna, step):
        assert browser(anna).post(SET_UP, {"step": step}).status_code in (404, 422)

    def test_a_second_one_is_not_begun_over_the_first(self, anna, codes):
        with pytest.raises(Refused, match="already"):
            begin_factor(user_id=anna.pk, actor=Actor.system("test", now=NOON))


class TestRequired:
    """By the settings."""

    @pytest.mark.parametrize(("roles", "asked"), [(["*"], True), (["Warehouse"], True), (["Finance"], False)])
    def test_people_of_the_roles_set_it_up_before_anything_else(self, settings, roles, asked):
        settings.SECOND_FACTOR = roles
        walter = User.objects.create_user("walter", is_staff=True)
        walter.groups.add(Group.objects.get(name="Warehouse"))
        client = browser(walter)
        answer = client.get("/")
        assert (answer.status_code == 302) is asked
        if asked:
            assert answer.headers["Location"].startswith(SET_UP)
            assert client.get(SET_UP).status_code == 200

    def test_an_administrator_belongs_to_every_role(self, anna, settings):
        settings.SECOND_FACTOR = ["Finance"]
        assert browser(anna).get("/").status_code == 302

    def test_whoever_must_have_it_cannot_turn_it_off(self, anna, codes, settings):
        settings.SECOND_FACTOR = ["*"]
        client = browser(anna)
        client.post(SHOW, {"code": codes[0]})
        assert client.post(SET_UP, {"step": "forget", "code": codes[1]}).status_code == 422
        assert SecondFactor.objects.filter(confirmed=True).exists()


class TestForgetting:
    """By an administrator, for somebody who lost the telephone."""

    def test_the_person_signs_in_by_password_and_their_sessions_end(self, anna, codes):
        client = browser(anna)
        forget_factor(user_id=anna.pk, actor=Actor.system("test", now=NOON))
        assert client.get("/").headers["Location"].startswith("/login/")
        assert browser(anna).get("/").status_code == 200

    def test_an_administrator_does_it_on_the_persons_page(self, anna):
        otto = User.objects.create_user("otto", is_staff=True)
        begin_factor(user_id=otto.pk, actor=Actor.system("test", now=NOON))
        client = browser(anna)
        assert "forget_factor" in client.get(f"/auth/user/{otto.pk}/change/").content.decode()
        client.post(f"/auth/user/{otto.pk}/act/forget_factor/")
        assert not SecondFactor.objects.exists()

    def test_the_command_does_it_when_the_last_administrator_is_locked_out(self, anna, codes, capsys):
        call_command("forget_second_factor", "anna")
        assert not SecondFactor.objects.exists()
        for name in ("anna", "nobody"):
            with pytest.raises(CommandError):
                call_command("forget_second_factor", name)
