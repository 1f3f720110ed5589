"""``manage.py decide`` …"""

from __future__ import annotations

import json
import subprocess
import sys
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from fulfillment.management.commands.decide import KINDS
from fulfillment.sourcing.optimal.failing import SolverFailed
from fulfillment.sourcing.optimal.instances import decide_in_sequence
from tests.fulfillment.sourcing.optimal.network import Network, bill_of_day, bill_of_single
from tests.town import HOME


def answer_of(kind: str, problem, folder):
    """Return what the command prints for a problem."""
    file = folder / "problem.json"
    file.write_text(json.dumps(problem))
    out = StringIO()
    call_command("decide", kind, str(file), stdout=out)
    return json.loads(out.getvalue())


def test_answers_single_orders_with_lines_by_location(tmp_path) -> None:
    """Every line once from where it is; the second order has one line more than the exact table holds."""
    network = Network(3, locations=5)
    problem = {"orders": [network.single(4), network.single(11)]}

    answer = answer_of("sourcing_single", problem, tmp_path)

    assert all(bill_of_single(order, plan) > 0 for order, plan in zip(problem["orders"], answer, strict=True))


@pytest.mark.parametrize("kind", ["sourcing_stream", "sourcing_stream_peak0", "sourcing_pool"])
def test_answers_a_day_within_its_stock_and_capacity(kind: str, tmp_path) -> None:
    """One plan an order."""
    day = Network(4, locations=4, products=30).day("peak", orders=30, history=40)

    answer = answer_of(kind, day, tmp_path)

    assert bill_of_day(day, answer)[0] > 0


def test_decides_by_the_same_functions(tmp_path) -> None:
    """What it prints is what the core says, with the locations as JSON writes them."""
    day = Network(4, locations=4, products=30).day("tight", orders=30, history=40)

    assert answer_of("sourcing_stream_x", day, tmp_path) == json.loads(json.dumps(decide_in_sequence(day)))


def day_with(**changes):
    """Return a small day, changed."""
    return {**Network(4, locations=3, products=9).day("peak", orders=2, history=2), **changes}


def order_with(**changes):
    """Return a day whose first order is changed."""
    day = day_with()
    day["orders"][0] |= changes
    return day


@pytest.mark.parametrize(
    ("kind", "problem", "words"),
    [
        ("sourcing", {}, "“sourcing” is no kind of problem; there are sourcing_single"),
        ("sourcing_single", [], "an object with named fields"),
        ("sourcing_single", {"orders": 3}, "orders: a list is expected"),
        ("sourcing_stream", {}, "“pick” is missing"),
        ("sourcing_stream", day_with(cap=[1, 2]), "cap: 3 items are expected, there are 2"),
        ("sourcing_stream", day_with(pick=[1, 2, -3]), "pick[2]: a whole number"),
        ("sourcing_stream", day_with(pick=[1, 2, True]), "pick[2]: a whole number"),
        ("sourcing_stream", order_with(sku=[10]), "orders[0].sku: there are 9 products"),
        ("sourcing_stream", order_with(fixed=[[], [1], [1]]), "orders[0].fixed[0]: a location has at least one"),
        ("sourcing_stream", order_with(weight_g=[0.5]), "orders[0].weight_g"),
        (
            "sourcing_stream",
            order_with(sku=[1], weight_g=[9], fixed=[[10**9]] * 3, perkg=[[1]] * 3),
            "at most 1000000000",
        ),
    ],
)
def test_refuses_in_one_sentence_with_the_place(kind: str, problem, words: str, tmp_path) -> None:
    """Exit code 2, and where in the file it is."""
    with pytest.raises(CommandError) as refusal:
        answer_of(kind, problem, tmp_path)

    assert refusal.value.returncode == 2
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_refuses_a_line_that_no_location_has(tmp_path) -> None:
    """An answer could not be right."""
    single = Network(3, locations=2).single(2)
    single["avail"] = [[1, 0], [1, 0]]

    with pytest.raises(CommandError, match=r"orders\[0\]: no location has line 1\."):
        answer_of("sourcing_single", {"orders": [single]}, tmp_path)


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", None])
def test_refuses_what_is_no_json(content: bytes | None, tmp_path) -> None:
    """From outside: one line on stderr, nothing on stdout, exit code 2, no database asked."""
    file = tmp_path / "problem.json"
    if content is not None:
        file.write_bytes(content)
    words = [sys.executable, "manage.py", "decide", "sourcing_single", str(file)]
    told = subprocess.run(words, cwd=HOME, capture_output=True, text=True, check=False)

    assert told.returncode == 2
    assert told.stdout == ""
    assert len(told.stderr.strip().splitlines()) == 1


def test_an_order_without_locations_is_refused(tmp_path) -> None:
    """In a sentence that names the order."""
    nowhere = {"weight_g": [5], "pick_cents_per_line": [], "avail": [], "fixed_cents": [], "per_started_kg_cents": []}
    with pytest.raises(CommandError, match=r"orders\[0\]: there are no locations\."):
        answer_of("sourcing_single", {"orders": [nowhere]}, tmp_path)


def test_a_solver_that_fails_is_told_in_a_sentence(tmp_path, monkeypatch) -> None:
    """Nothing is printed as an answer then."""

    def fail(data):
        """Fail as the solver does."""
        raise SolverFailed("Unknown")

    monkeypatch.setitem(KINDS, "sourcing_pool", fail)
    with pytest.raises(CommandError, match="could not be decided: the solver says “Unknown”"):
        answer_of("sourcing_pool", {}, tmp_path)
