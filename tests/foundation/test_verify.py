"""``manage.py verify``: what it runs, what it says, how it ends."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.core.management.base import CommandParser
from django.db import DatabaseError
from django.utils import timezone

from oms.foundation import invariants
from oms.foundation.invariants import check, invariant
from oms.foundation.management.commands.verify import Command
from oms.foundation.models import AuditLine, OutboxEvent
from tests.books import keep_books
from tests.foundation.test_claims import make_message

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def verify(*words):
    """Run the command and return (exit code, output)."""
    out = StringIO()
    try:
        call_command("verify", *words, stdout=out)
    except SystemExit as left:
        return left.code, out.getvalue()
    except CommandError as error:
        return error.returncode, str(error)
    return 0, out.getvalue()


def make_fact(stream="tower:1", **fields):
    """Write a fact that has just happened."""
    now = timezone.now()
    return OutboxEvent.objects.create(
        **{"stream": stream, "kind": "X", "payload": {}, "occurred_at": now, "next_try_at": now} | fields
    )


def make_line(from_state, to_state, entity_id=7):
    """Write an audit line of one bulk act's state change."""
    return AuditLine.objects.create(
        at=timezone.now(), entity="foundation.bulkoperation", entity_id=entity_id, subject="bulk:7", act="x",
        from_state=from_state, to_state=to_state, actor_kind="system", actor_label="x",
    )  # fmt: skip


def broken():
    """Return the ids found by each invariant that does not hold."""
    return {one.invariant.id: one.ids for one in check(timezone.now()) if one.count}


class TestWhatWaits:
    """Is late only when nothing explains it."""

    def test_a_fact_whose_lease_was_over_long_ago_is_late(self):
        past = timezone.now() - HOUR
        late = make_fact(next_try_at=past, lease_until=past)
        assert broken() == {"I24": (late.pk,)}

    @pytest.mark.parametrize(
        "before",
        [{"lease_until": timezone.now() + HOUR}, {"state": "retry_wait", "next_try_at": timezone.now() + HOUR}],
    )
    def test_what_stands_behind_another_fact_is_not(self, before):
        past = timezone.now() - HOUR
        make_fact("tower:2", **{"next_try_at": past} | before)
        make_fact("tower:2", next_try_at=past)
        assert broken() == {}

    def test_a_message_that_a_worker_holds_is_not(self):
        make_message(3, next_try_at=timezone.now() - HOUR, lease_until=timezone.now() + HOUR)
        assert broken() == {}


class TestTheAuditTrail:
    """Is one chain for each row."""

    def test_a_chain_that_begins_in_the_middle_is_broken(self):
        gap = make_line("running", "done")
        assert broken()["I16"] == (gap.pk,)

    def test_a_chain_may_begin_with_the_first_move(self):
        make_line("preflight", "running")
        assert "I16" not in broken()

    def test_each_row_has_its_own_chain(self):
        make_line("", "preflight")
        make_line("preflight", "running")
        make_line("", "preflight", entity_id=8)
        assert "I16" not in broken()


class TestTheEnd:
    """Says whether all hold, something is broken, something is late, or nothing is known."""

    def test_all_hold(self):
        keep_books()
        total = sum(one.cls != "E" for one in invariants.INVARIANTS.values())
        code, text = verify("--class", "A,X")
        assert (code, text) == (0, f"{total} of {total} invariants hold.\n")

    def test_a_broken_one_ends_with_1(self):
        make_fact(state="dead")
        assert verify()[0] == 1

    def test_an_outside_book_that_differs_ends_with_1(self, declare):
        declare("select 7", cls="X")
        assert verify()[0] == 1

    def test_what_is_only_late_ends_with_2(self):
        make_fact(next_try_at=timezone.now() - HOUR)
        assert verify()[0] == 2
        assert verify("--strict-time")[0] == 1

    def test_one_that_cannot_run_ends_with_3_and_stops_no_other(self, declare):
        declare("select id from not_there")
        code, text = verify("--only", "IX,I24d")
        assert code == 3
        assert "IX (x): could not run — " in text
        assert "1 of 2 invariants hold." in text

    def test_what_is_broken_weighs_more_than_what_could_not_run(self, declare):
        declare("select id from not_there")
        make_fact(state="dead")
        assert verify("--only", "IX,I24d")[0] == 1

    def test_what_could_not_run_weighs_more_than_what_is_late(self, declare):
        declare("select id from not_there")
        make_fact(next_try_at=timezone.now() - HOUR)
        assert verify("--only", "IX,I24")[0] == 3

    def test_a_database_that_is_gone_ends_with_3(self, monkeypatch):
        def fail():
            """Fail as a lost database does."""
            raise DatabaseError("connection refused")

        monkeypatch.setattr(invariants, "one_moment", fail)
        code, text = verify()
        assert (code, text) == (3, "The invariants could not run: connection refused")

    @pytest.mark.parametrize(
        ("words", "sentence"),
        [
            (("--only", "I16,I999"), "There is no invariant I999. Known: "),
            (("--class", "A,Z"), "There is no class Z. Known: A, E, X."),
            (("--only", "I1", "--class", "E"), "Nothing was checked"),
            (("--limit", "0"), "--limit must be at least 1."),
            (("--connections", "0"), "--connections must be at least 1."),
        ],
    )
    def test_what_was_asked_wrongly_ends_with_3(self, words, sentence):
        code, text = verify(*words)
        assert code == 3
        assert text.startswith(sentence)

    def test_a_mistyped_option_ends_with_3_and_not_with_the_2_of_what_is_late(self):
        parser = Command().create_parser("manage.py", "verify")
        assert isinstance(parser, CommandParser)
        with pytest.raises(CommandError) as left:
            parser.parse_args(["--onyl", "I1"])
        assert left.value.returncode == 3

    def test_a_file_that_cannot_be_written_ends_with_3(self, tmp_path):
        assert verify("--json", str(tmp_path / "no" / "folder.json"))[0] == 3


class TestWhatItSays:
    """Is for people, or for machines."""

    def test_people_read_what_it_means_where_it_is_and_what_to_do(self):
        dead = make_fact(state="dead")
        assert verify("--only", "I24d,I25")[1].splitlines() == [
            "I24d (foundation.outboxevent): 1 broken — A fact died after its last try.",
            f"    first ids: {dead.pk}",
            f"    page: /foundation/outboxevent/{dead.pk}/change/",
            "    to do: Open it in System, mend what its error names, and replay it.",
            "1 of 2 invariants hold.",
        ]

    def test_machines_get_json(self):
        dead = make_fact(state="dead")
        found = {one["id"]: one for one in json.loads(verify("--json", "--only", "I24d,I25")[1])}
        assert (found["I24d"]["count"], found["I24d"]["ids"], found["I24d"]["class"]) == (1, [dead.pk], "A")
        assert (found["I25"]["count"], found["I25"]["error"]) == (0, "")

    def test_a_file_takes_the_json_and_people_still_read(self, tmp_path):
        path = tmp_path / "found.json"
        code, text = verify("--json", str(path), "--only", "I25")
        assert (code, text) == (0, "1 of 1 invariants hold.\n")
        assert [one["id"] for one in json.loads(path.read_text())] == ["I25"]

    def test_so_many_ids_as_asked_for_are_shown_and_all_are_counted(self):
        facts = [make_fact(state="dead") for _ in range(25)]
        (finding,) = check(timezone.now(), only=["I24d"])
        assert (finding.count, finding.ids) == (25, tuple(fact.pk for fact in facts[:20]))
        assert f"first ids: {facts[0].pk}, {facts[1].pk}\n" in verify("--limit", "2", "--only", "I24d")[1]

    def test_a_row_found_in_two_ways_is_one_row(self, declare):
        declare("select 7 union all select 7 union all select 8")
        (finding,) = check(timezone.now(), only=["IX"])
        assert (finding.count, finding.ids) == (2, (7, 8))

    def test_a_percent_sign_in_a_statement_is_one(self, declare):
        declare("select 1 where 'a%b' like 'a%%b' and :now > :late")
        assert check(timezone.now(), only=["IX"])[0].ids == (1,)


def test_two_invariants_of_one_name_are_an_error(monkeypatch):
    monkeypatch.setattr(invariants, "INVARIANTS", {})
    words = {"entity": "x", "meaning": "x", "remedy": "x"}
    invariant("IX", **words, sql="select 1")
    invariant("IX", **words, sql="select 1")
    with pytest.raises(ValueError, match="two invariants named IX"):
        invariant("IX", **words, sql="select 2")
    with pytest.raises(ValueError, match="IY: there is no class B"):
        invariant("IY", **words, cls="B", sql="select 2")
