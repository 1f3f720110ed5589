"""Chores are done when an answer has left, and never harm it."""

import importlib
import logging

import pytest
from django.core.signals import request_finished
from django.db import OperationalError

from oms.foundation import afterwards


@pytest.fixture
def chores(monkeypatch):
    """Begin with no chores."""
    monkeypatch.setattr(afterwards, "CHORES", chores := [])
    return chores


def test_a_chore_is_registered_once_and_done(chores, db):
    done = []
    chore = afterwards.afterwards(lambda: done.append("swept"))
    afterwards.afterwards(chore)
    afterwards.do_chores(sender=None)
    assert done == ["swept"]


def test_a_chore_that_the_database_refuses_is_logged_and_harms_nobody(chores, db, caplog):
    def fail():
        raise OperationalError("gone")

    afterwards.afterwards(fail)
    with caplog.at_level(logging.WARNING):
        afterwards.do_chores()
    assert "OperationalError" in caplog.text


def test_a_server_does_the_chores_when_its_answer_has_left(chores, db, rf):
    done = []
    afterwards.afterwards(lambda: done.append("swept"))
    server = importlib.reload(importlib.import_module("oms.wsgi"))
    try:
        answer = server.application(rf._base_environ(PATH_INFO="/healthz"), lambda *_: None)
        assert b"alive" in b"".join(answer) and done == []
        answer.close()
        assert done == ["swept"]
    finally:
        request_finished.disconnect(dispatch_uid="chores")
