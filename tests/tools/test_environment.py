"""The virtual environment follows the requirement files, and only then."""

import subprocess

import pytest

from tools import environment


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A checkout with an environment whose Python starts; pip's calls are counted, not made."""
    (tmp_path / "requirements.txt").write_text("Django==5.2.19\n")
    (tmp_path / "requirements-dev.txt").write_text("-r requirements.txt\n")
    (tmp_path / ".venv").mkdir()
    monkeypatch.setattr(environment, "HOME", tmp_path)
    monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(environment, "environment_runs", lambda: True)
    return tmp_path


@pytest.fixture
def installed(monkeypatch):
    """The files that pip was asked to install, in order."""
    asked: list[str] = []

    def call(command, **_):
        asked.append(command[-1])
        return subprocess.CompletedProcess(command, returncode=0)

    monkeypatch.setattr("tools.environment.subprocess.run", call)
    return asked


def test_a_second_call_installs_nothing(checkout, installed):
    assert [environment.main("runtime"), environment.main("runtime")] == [0, 0]
    assert installed == ["requirements.txt"]


def test_a_changed_file_is_installed_again(checkout, installed):
    environment.main("runtime")
    (checkout / "requirements.txt").write_text("Django==5.2.20\n")
    environment.main("runtime")
    assert installed == ["requirements.txt", "requirements.txt"]


def test_development_dependencies_include_those_of_the_shop(checkout, installed):
    environment.main("dev")
    environment.main("runtime")
    assert installed == ["requirements-dev.txt"]


def test_a_failed_install_is_tried_again(checkout, monkeypatch, capsys):
    def fail(command, **_):
        return subprocess.CompletedProcess(command, returncode=1)

    monkeypatch.setattr("tools.environment.subprocess.run", fail)
    assert environment.main("runtime") == 1
    assert environment.stamp("runtime") == ""
    assert "pip could not install requirements.txt" in capsys.readouterr().err


def test_an_old_python_is_refused_by_name(checkout, installed, monkeypatch, capsys):
    monkeypatch.setattr(environment, "OLDEST", (99, 0))
    assert environment.main("runtime") == 1
    assert installed == []
    assert "Python 3.11 or newer is needed" in capsys.readouterr().err
