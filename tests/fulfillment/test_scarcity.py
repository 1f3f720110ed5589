"""Scarcity fees are learned by a worker, switched on and off by people, and weigh in decisions that replay."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from fulfillment.models import ScarcityFee, ScarcityRun, ShippingRate, SourcingDecision
from fulfillment.services.scarcity import asking, learning, working
from fulfillment.services.scarcity.switching import cap_fees, put_fees_into_force, switch_fees_off
from fulfillment.services.sourcing import source_orders
from fulfillment.services.sourcing.reading import replay
from fulfillment.sourcing.optimal.failing import SolverFailed
from inventory.models import Location, StockLevel
from inventory.services.stock import adjust_stock
from oms.foundation.refusals import Refused
from tests.factories import NOW, make_actor, make_location, make_product, make_stock
from tests.fulfillment.rules import a_draft, in_force
from tests.fulfillment.shop import an_order, some_orders

pytestmark = pytest.mark.django_db
DAY = datetime(2026, 11, 22, tzinfo=timezone.get_default_timezone())
NEXT = NOW + timedelta(days=1)
NEAR, FAR = {"postal_code": "LS1 4AP"}, {"postal_code": "SW1A 1AA"}


@pytest.fixture
def rules():
    """Put the least freight into force, in a shop whose day has spent the pieces that could go anywhere."""
    tea, london, leeds = make_product("TEA"), make_location("LON"), make_location("LDS", latitude=53.8, longitude=-1.5)
    make_stock(tea, london, 5)
    make_stock(tea, leeds, 95)
    for code, fields in {
        "lon": {"location": london, "price": 400},
        "lds": {"location": leeds, "price": 900},
        "lds-ls": {"location": leeds, "price": 450, "postal_prefix": "LS"},
    }.items():
        ShippingRate.objects.create(code=code, carrier="post", service="saver", country="GB", **fields)
    row = in_force(a_draft(prefer="cheapest", split_penalty=0, distance_weight=0))
    orders = some_orders([[(tea, 1)]] * 5, **NEAR) + some_orders([[(tea, 1)]] * 5, **FAR)
    for at, order in enumerate(orders):
        actor = make_actor(now=NOW + timedelta(minutes=at))
        source_orders(order_ids=[order.pk], trigger="placed", actor=actor)
    adjust_stock(sku="TEA", location="LON", quantity=5, reason="receipt", actor=make_actor(now=NEXT))
    return row


@pytest.fixture
def client():
    """Return a person who may learn and switch, signed in."""
    user = User.objects.create_user("kim", is_staff=True)
    names = [
        "view_scarcityrun",
        "add_scarcityrun",
        "switch_scarcityrun",
        "view_sourcingruleset",
        "view_sourcingdecision",
    ]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client = Client()
    client.force_login(user)
    return client


def learned(rules, *, now=NEXT) -> ScarcityRun:
    """Ask for the day and let a worker learn it."""
    run = asking.learn_fees_of_day(rule_set_id=rules.pk, day=DAY, actor=make_actor(now=now))
    assert working.work_scarcity_runs(make_actor(now=now), 10) == 1
    return ScarcityRun.objects.get(pk=run.pk)


def held(rules) -> ScarcityRun:
    """Learn, and put it into force."""
    return put_fees_into_force(run_id=learned(rules).pk, actor=make_actor(now=NEXT))


def decided(*, now=NEXT, where=NEAR) -> SourcingDecision:
    """Source one more order that can leave from anywhere."""
    from inventory.models import Product

    order = an_order([(Product.objects.get(sku="TEA"), 1)], **where)
    (row,) = source_orders(order_ids=[order.pk], trigger="placed", actor=make_actor(now=now))
    return row


def code_of(row: SourcingDecision) -> str:
    """Return the code of the location that a decision chose."""
    (chosen,) = [one["code"] for one in row.outcome["candidates"] if one["chosen"]]
    return chosen


def text(answer) -> str:
    """Return a page's text with single blanks."""
    assert answer.status_code == 200, answer.status_code
    return " ".join(answer.content.decode().split())


@pytest.mark.django_db(transaction=True)
def test_what_is_learned_waits_for_a_person_then_weighs_and_replays(rules, client) -> None:
    act = reverse("admin:fulfillment_sourcingruleset_act", args=[rules.pk, "learn_fees"])
    now = timezone.now()
    SourcingDecision.objects.update(decided_at=now - timedelta(days=1))
    client.post(act, {"day": timezone.localdate(now) - timedelta(days=1)})
    now = timezone.now()
    working.work_scarcity_runs(make_actor(now=now), 10)
    run = ScarcityRun.objects.get()
    fee = ScarcityFee.objects.get()
    assert (run.state, run.orders, run.currency) == ("learned", 10, "EUR")
    assert (fee.location.code, fee.product.sku) == ("LON", "TEA") and 50 <= fee.amount <= 500
    assert code_of(decided(now=now)) == "LON"

    page = reverse("admin:fulfillment_scarcityrun_change", args=[run.pk])
    assert "no decision weighs them before somebody puts them into force" in text(client.get(page))
    client.post(reverse("admin:fulfillment_scarcityrun_act", args=[run.pk, "put_into_force"]), {"note": ""})
    row = decided(now=now)
    assert code_of(row) == "LDS"
    assert row.sentence.endswith("A scarcity fee spares LON warehouse for later orders.")
    assert replay(row).same and row.outcome["fees_run"] == run.pk
    assert all(replay(one).same for one in SourcingDecision.objects.all())
    shown = text(client.get(reverse("admin:fulfillment_sourcingdecision_change", args=[row.pk])))
    assert "Nobody pays them." in shown and page in shown and f"{fee.amount / 100:.2f} EUR" in shown
    assert "Nobody pays it" in text(client.get(page)) and "a piece of TEA" in text(client.get(page))


def test_the_day_is_shown_with_and_without(rules) -> None:
    report = learned(rules).report
    assert [report[side]["cost"] for side in ("without", "with")] == [5 * 400 + 5 * 900, 5 * 450 + 5 * 400]
    assert report["decisions"] == 10


def test_a_cap_cuts_the_switch_ends_and_the_horizon_is_kept(rules) -> None:
    run, clerk = held(rules), make_actor(now=NEXT)
    assert code_of(decided()) == "LDS"
    cap_fees(run_id=run.pk, location="LON", most="0.00", actor=clerk)
    assert code_of(decided()) == "LON"
    cap_fees(run_id=run.pk, location="LON", most="", actor=clerk)
    assert code_of(decided()) == "LDS"
    assert code_of(decided(now=NEXT + timedelta(hours=27))) == "LON"
    switch_fees_off(run_id=run.pk, reason="Sale is over.", actor=clerk)
    assert code_of(decided()) == "LON"
    with pytest.raises(Refused, match="not in force"):
        switch_fees_off(run_id=run.pk, reason="Again.", actor=clerk)
    late = make_actor(now=NEXT + timedelta(hours=27))
    with pytest.raises(Refused, match="horizon of these fees is over"):
        put_fees_into_force(run_id=run.pk, actor=late)


def test_one_run_is_in_force_at_most(rules) -> None:
    first, second = held(rules), held(rules)
    first = ScarcityRun.objects.get(pk=first.pk)
    assert (first.state, first.reason) == ("off", f"Run {second.pk} took over.")
    with pytest.raises(IntegrityError), transaction.atomic():
        ScarcityRun.objects.filter(pk=first.pk).update(state="active")


def test_a_night_takes_over_only_from_what_is_in_force(rules) -> None:
    night = make_actor(now=DAY + timedelta(days=1, hours=3))
    assert asking.learn_every_night(actor=make_actor(now=DAY + timedelta(days=1, hours=1))) == "nothing to do"
    for expected in ("learned", "active"):
        assert asking.learn_every_night(actor=night) == "asked"
        assert asking.learn_every_night(actor=night) == "done already"
        working.work_scarcity_runs(night, 10)
        run = ScarcityRun.objects.order_by("-pk")[0]
        assert run.state == expected
        if expected == "learned":
            put_fees_into_force(run_id=run.pk, actor=night)
            ScarcityRun.objects.update(ends=DAY + timedelta(hours=20))


def test_fees_in_force_are_renewed_after_many_orders_from_what_is_left_today(rules, monkeypatch) -> None:
    monkeypatch.setattr(asking, "RENEWED_AFTER", 3)
    at = make_actor(now=NEXT + timedelta(minutes=1))
    learned(rules)
    assert asking.renew_fees(actor=at) == "nothing to do"
    first = held(rules)
    assert asking.renew_fees(actor=at) == "new enough"
    london = Location.objects.get(code="LON")
    Location.objects.filter(pk=london.pk).update(daily_capacity=4)
    for minute in (10, 20, 30):
        decided(now=NEXT + timedelta(minutes=minute), where=FAR)
    at, told, really = make_actor(now=NEXT + timedelta(days=1, minutes=5)), [], learning.learn_from
    monkeypatch.setattr(learning, "learn_from", lambda *args: told.append(args[3]) or really(*args))
    assert (asking.renew_fees(actor=at), asking.renew_fees(actor=at)) == ("asked", "nothing to do")
    at = make_actor(now=NEXT + timedelta(days=1, minutes=15))
    assert working.work_scarcity_runs(at, 10) == 1
    run = ScarcityRun.objects.get(state="active")
    assert run.pk != first.pk and run.renews and run.report.keys() == {"unfilled"}
    assert told == [{london.pk: 6}], "four left for the two of three orders that are still to come"
    assert {fee.location.code for fee in run.fees.all()} == {"LON"}


def test_a_run_begins_with_the_caps_that_hold_when_it_is_learned(rules) -> None:
    clerk, london = make_actor(now=NEXT), Location.objects.get(code="LON")
    cap_fees(run_id=held(rules).pk, location="LON", most="0.20", actor=clerk)
    second = held(rules)
    assert second.caps == {str(london.pk): 20}
    run = asking.learn_fees_of_day(rule_set_id=rules.pk, day=DAY, actor=clerk)
    cap_fees(run_id=second.pk, location="LON", most="0.10", actor=clerk)
    working.work_scarcity_runs(clerk, 10)
    assert ScarcityRun.objects.get(pk=run.pk).caps == {str(london.pk): 10}, "set while the run waited"

    cap_fees(run_id=second.pk, location="LON", most="", actor=clerk)
    assert learned(rules).caps == {}, "lifted where it weighs, whatever runs have that do not"
    switch_fees_off(run_id=second.pk, reason="Sale is over.", actor=clerk)
    assert learned(rules).caps == {}, "none is in force: as the newest"


def renewed(*, after: int) -> ScarcityRun:
    """Place three orders so many hours after, let the clock ask, and a worker learn."""
    then = NEXT + timedelta(hours=after)
    for minute in (1, 2, 3):
        decided(now=then + timedelta(minutes=minute), where=FAR)
    at = make_actor(now=then + timedelta(minutes=5))
    assert asking.renew_fees(actor=at) == "asked"
    assert working.work_scarcity_runs(at, 10) == 1
    assert asking.renew_fees(actor=make_actor(now=then + timedelta(minutes=10))) == "new enough"
    return ScarcityRun.objects.order_by("-pk")[0]


def test_fees_weigh_no_more_once_nothing_is_scarce_and_again_when_something_is(rules, monkeypatch, client) -> None:
    monkeypatch.setattr(asking, "RENEWED_AFTER", 3)
    first = held(rules)
    assert code_of(decided()) == "LDS"
    adjust_stock(sku="TEA", location="LON", quantity=500, reason="receipt", actor=make_actor(now=NEXT))
    run = renewed(after=1)
    later = NEXT + timedelta(hours=1, minutes=6)
    assert run.state == "nothing"
    assert code_of(decided(now=later)) == "LON", "yesterday's fees are over"
    first = ScarcityRun.objects.get(pk=first.pk)
    assert (first.state, first.reason) == ("active", f"Run {run.pk} found nothing scarce.")
    page = text(client.get(reverse("admin:fulfillment_scarcityrun_change", args=[first.pk])))
    assert f"They weigh in nothing: Run {run.pk} found nothing scarce. What is learned next takes over." in page

    left = StockLevel.objects.get(location__code="LON").available - 5
    adjust_stock(sku="TEA", location="LON", quantity=-left, reason="damage", actor=make_actor(now=later))
    run = renewed(after=2)
    assert run.state == "active"
    assert code_of(decided(now=NEXT + timedelta(hours=2, minutes=6))) == "LDS"


def test_a_renewal_that_fails_leaves_the_fees_and_is_tried_after_as_many_orders_again(rules, monkeypatch) -> None:
    monkeypatch.setattr(asking, "RENEWED_AFTER", 3)
    first = held(rules)

    def fail(*args, **told):
        """Fail as a solver does."""
        raise SolverFailed("Time limit reached")

    monkeypatch.setattr(working, "learn", fail)
    assert renewed(after=1).state == "failed"
    assert ScarcityRun.objects.get(state="active") == first
    assert renewed(after=2).state == "failed"


def test_where_there_is_plenty_it_says_so_and_when_the_solver_fails_too(rules, monkeypatch) -> None:
    adjust_stock(sku="TEA", location="LON", quantity=500, reason="receipt", actor=make_actor(now=NEXT))
    run = learned(rules)
    assert (run.state, run.fees.count()) == ("nothing", 0)
    assert run.sentence == "Nothing is scarce: stock and parcels are enough for 10 orders like those of 22 Nov 2026."

    def fail(*args, **told):
        """Fail as a solver does."""
        raise SolverFailed("Time limit reached")

    monkeypatch.setattr(working, "learn", fail)
    run = learned(rules)
    assert (run.state, run.sentence) == ("failed", "The solver gave up: Time limit reached. Learn from another day.")


def test_a_closed_button_says_why(rules, client) -> None:
    in_force(a_draft(name="Nearest", prefer="nearest"))
    with pytest.raises(Refused, match="not in force"):
        asking.learn_fees_of_day(rule_set_id=rules.pk, day=DAY, actor=make_actor(now=NEXT))
    from fulfillment.models import SourcingRuleSet

    row = SourcingRuleSet.objects.get(state="active")
    page = text(client.get(reverse("admin:fulfillment_sourcingruleset_change", args=[row.pk])))
    assert "Only rules that prefer the least freight weigh scarcity fees" in page


def test_fees_take_one_statement_for_any_number_of_orders(rules) -> None:
    def statements() -> int:
        """Count the statements of a decision."""
        with CaptureQueriesContext(connection) as queries:
            decided()
        return len(queries)

    decided()
    without = statements()
    held(rules)
    assert statements() == without
