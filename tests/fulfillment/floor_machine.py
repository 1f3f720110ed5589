"""A floor that hypothesis walks at random: scans, counts, moves, receipts, short picks, cancellations, parcels."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from fulfillment.models import FulfillmentOrder, PickList, PickTask
from fulfillment.services import walking
from fulfillment.services.counted import post_count
from fulfillment.services.packing import pack
from fulfillment.services.picking import stop_picking
from fulfillment.services.walking import Read, walk_of
from inventory.models import BinMovement, BinStock, CountSession, IncomingStock
from inventory.services.bins import put_away
from oms.foundation import invariants
from oms.foundation.refusals import Refused
from orders.models import Order
from orders.services.cancel import cancel_order
from tests.books import rest
from tests.factories import NOW, make_actor, make_location, make_stock, take_order
from tests.inventory.scans import Hall, a_hall

CLERK = make_actor()
BINS = st.sampled_from(["A-01", "A-02", "R-01", "DOCK"])
FEW = st.integers(1, 4)
TWICE = st.sampled_from([True, False])
IN_EVERY_MOMENT = ["I1", "I2", "I3", "I4", "I38", "I39", "I40", "I41", "I80", "I81", "I82", "I83", "I84"]


class Floor(RuleBasedStateMachine):
    """One product at two places, and whatever may happen to it."""

    hall: Hall
    sent = 0

    @initialize()
    def open_hall(self) -> None:
        """Begin with twenty pieces, twelve of them in bins, and three orders."""
        self.hall = a_hall(20)
        for code, pieces in (("A-01", 8), ("A-02", 4)):
            put_away(stock_level_id=self.hall.level.pk, bin=code, quantity=pieces, actor=CLERK)
        make_stock(self.hall.tea, make_location("MAN"), 6)
        for pieces in (3, 2, 4):
            self.order(pieces)

    @rule(pieces=FEW)
    def order(self, pieces: int) -> None:
        """A customer orders."""
        take_order([(self.hall.tea, pieces, 1000)])
        rest()

    @rule(which=st.integers(0, 9))
    def cancel(self, which: int) -> None:
        """An order is cancelled, unless it is too late."""
        live = list(Order.objects.filter(state__in=["placed", "released"]).order_by("pk"))
        if live:
            self.tried(cancel_order, order_id=live[which % len(live)].pk, reason="changed my mind", actor=CLERK)
            rest()

    @rule(orders=st.integers(1, 3))
    def claim(self, orders: int) -> None:
        """Somebody begins a walk."""
        told = {"location_id": self.hall.place.pk, "orders": orders, "picker_id": self.hall.ann.pk, "actor": CLERK}
        self.tried(walking.claim_work, work=FulfillmentOrder.objects.all(), **told)

    @rule(act=st.sampled_from(["scan", "scan", "scan", "short", "skip"]), pieces=FEW, twice=TWICE)
    def at_stop(self, act: str, pieces: int, twice: bool) -> None:
        """The handheld sends something of the stop that it shows, sometimes twice."""
        walk = PickList.objects.filter(state="in_progress").first()
        if walk is None:
            return
        now = walk_of(walk).now
        if now is None:
            self.tried(walking.end_walk, pick_list_id=walk.pk, picker_id=self.hall.ann.pk, actor=CLERK)
            return
        read = Read(uuid4(), now.task.pk, "", min(pieces, now.task.missing))
        if act == "scan":
            self.before_the_scan(now.task, walk)
            read = replace(read, code=self.thing()[-1])
        acts = {"scan": walking.scan, "short": walking.report_short, "skip": walking.skip}
        for _ in range(1 + twice):
            acts[act](pick_list_id=walk.pk, picker_id=self.hall.ann.pk, read=read, actor=CLERK)
        rest()

    @rule()
    def stop(self) -> None:
        """The desk stops an order that is being picked."""
        work = FulfillmentOrder.objects.filter(state="in_progress").first()
        if work is not None:
            self.tried(stop_picking, fulfillment_order_id=work.pk, actor=CLERK)

    @rule()
    def ship(self) -> None:
        """What was picked is packed."""
        work = FulfillmentOrder.objects.filter(state="in_progress", picked_at__isnull=False).first()
        if work is not None:
            self.tried(pack, fulfillment_order_id=work.pk, actor=CLERK)
            rest()

    @rule(bin_=BINS, pieces=FEW, first=st.booleans(), twice=TWICE)
    def put(self, bin_: str, pieces: int, first: bool, twice: bool) -> None:
        """Pieces are put away, bin or product first."""
        self.clear("put-away")
        self.pair("put-away", [bin_, *self.thing()] if first else [*self.thing(), bin_], pieces, twice)

    @rule(source=BINS, goal=BINS, pieces=FEW, twice=TWICE)
    def move(self, source: str, goal: str, pieces: int, twice: bool) -> None:
        """Pieces are moved between bins."""
        self.clear("move")
        self.pair("move", [source, *self.thing(), goal], pieces, twice)

    @rule(pieces=FEW, announced=st.booleans(), twice=TWICE)
    def receive(self, pieces: int, announced: bool, twice: bool) -> None:
        """Pieces come in, announced or not."""
        if announced:
            self.sent += 1
            self.hall.announced(pieces, f"PO-{self.sent}-{IncomingStock.objects.count()}")
        else:
            self.hall.scan("loose")
        self.pair("receive", self.thing(), pieces, twice)
        rest()

    @rule(bin_=BINS, off=st.integers(-3, 3))
    def count(self, bin_: str, off: int) -> None:
        """A bin is counted, rightly or not."""
        self.hall.scan("count", bin_)
        thing = self.thing()
        rows = BinStock.objects.filter(bin__code=bin_)
        rows = rows.filter(lot__number=thing[-1]) if len(thing) > 1 else rows
        lying = sum(rows.values_list("quantity", flat=True))
        for code in thing if lying + off > 0 else ():
            self.hall.scan("count", code, lying + off)
        self.hall.scan("done")
        rest()

    @rule(which=st.integers(0, 5))
    def look(self, which: int) -> None:
        """The desk puts a count into the books, unless begun orders forbid it."""
        waits = list(CountSession.objects.filter(state="review").order_by("pk"))
        if waits:
            self.tried(post_count, count_session_id=waits[which % len(waits)].pk, actor=CLERK)
            rest()

    @invariant()
    def the_books_of_stock_agree(self) -> None:
        """After each step levels, bins, promises and counts add up."""
        assert [one.invariant.id for one in invariants.check(NOW, only=IN_EVERY_MOMENT) if not one.holds] == []

    def teardown(self) -> None:
        """At the end every book agrees."""
        if hasattr(self, "hall"):
            rest()
            assert [one.invariant.id for one in invariants.check(NOW, classes=["A"]) if not one.holds] == []

    def pair(self, work: str, codes: list[str], pieces: int, twice: bool) -> None:
        """Send scans one after the other, each sometimes twice; at most so many pieces come into a bin by them."""
        came = self.came()
        for code in codes:
            key = uuid4()
            for _ in range(1 + twice):
                self.hall.scan(work, code, pieces, key=key)
        assert self.came() - came in (0, pieces)

    def came(self) -> int:
        """Return the pieces that ever came into a bin."""
        into = BinMovement.objects.filter(quantity__gt=0, bin_stock__bin__isnull=False)
        return sum(into.values_list("quantity", flat=True))

    def thing(self) -> list[str]:
        """Return what is scanned of the product."""
        return ["4001"]

    def before_the_scan(self, task: PickTask, walk: PickList) -> None:
        """Do what a picker does before the scan that counts."""

    def clear(self, work: str) -> None:
        """Forget what is in hand."""
        self.hall.scan(f"clear {work}")

    def tried(self, act: Any, **told: Any) -> None:
        """Do something that may be refused."""
        try:
            act(**told)
        except Refused:
            return
