"""The suite is run on the engines that were named or found, and on no others."""

from tools import run_tests
from tools.run_tests import Engines


def test_the_embedded_run_sees_no_address_of_the_caller(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere/shop")
    monkeypatch.setenv("REDIS_URL", "redis://somewhere")
    assert {"DATABASE_URL", "REDIS_URL"} & Engines("embedded").environment().keys() == set()


def test_a_served_run_gets_the_addresses():
    variables = Engines("served", "postgresql://here/x", "redis://here").environment()
    assert (variables["DATABASE_URL"], variables["REDIS_URL"]) == ("postgresql://here/x", "redis://here")


def test_a_named_sqlite_file_is_not_taken_for_postgresql(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "sqlite:///shop.sqlite3")
    assert run_tests.postgresql_url(slot=0) == ""


def test_nobody_answering_means_one_run_and_a_word(monkeypatch, capsys):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.setattr(run_tests, "FOUND_POSTGRESQL", "postgresql://postgres@127.0.0.1:1/{name}")
    monkeypatch.setattr(run_tests, "FOUND_REDIS", "redis://127.0.0.1:1/{number}")
    assert run_tests.served(slot=0) == []
    said = capsys.readouterr().out
    assert "No PostgreSQL to test on" in said
    assert "No Redis to test on" in said


def test_two_runs_of_a_checkout_take_different_slots(tmp_path, monkeypatch):
    monkeypatch.setattr(run_tests, "HOME", tmp_path)
    (first, one), (second, two) = run_tests.take_slot(), run_tests.take_slot()
    one.close()
    third, three = run_tests.take_slot()
    assert [first, second, third] == [0, 1, 0]
    two.close()
    three.close()
