"""The scan for secrets finds what is planted, in the tree and in its past, and lets nothing pass unnamed."""

import secrets
import subprocess

import pytest
from django.core.management.utils import get_random_secret_key

from tests.security import secret_scan
from tests.security.secret_scan import Found, NoHistory, allowances, looks_random, scan, secrets_of
from tests.security.verdict import BROKEN, HOLDS, NOT_CHECKED

GIT = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
KEY = "AKIA" + "IOSFODNN7EXAMPLE"
PLANTED = [
    ("private key", "-----BEGIN RSA " + "PRIVATE KEY-----"),
    ("key of our API", f"Bearer oms_{'7QK4'}_{'0123456789abcdef' * 4}"),
    ("key of AWS", f"id: {KEY}"),
    ("key of a code host", "ghp" + "_" + "a1B2" * 10),
    ("key of a registry", "npm" + "_" + "a1B2" * 9),
    ("key of a gateway", "sk_" + "live_" + "a1B2" * 6),
    ("key of a shop", "shpat" + "_" + "0a1b" * 8),
    ("key of a chat", "xoxb" + "-1234567890-abc"),
    ("key of Google", "AIza" + "a1B2-" * 7),
    ("signed token", "eyJ" + "hbGciOiJIUzI1.eyJ" + "zdWIiOiIxMjM0.SflKxwRJSMeKKF2QT4"),
    ("password in an address", "postgresql" + "://shop:" + "correcthorse@db.example/oms"),
    ("secret given to a name", 'client_secret = "' + "9f86d081884c" + '7d659a2f"'),
    ("secret of an environment", "SECRET_KEY=" + "m2v7q9z4x8w1k3j5h6"),
    ("random characters", "value " + "Zx8Qw3Er5Ty7Ui9O" + "p1As2Df4Gh6Jk8Lz0Xc3Vb5"),
]


@pytest.fixture
def folder(tmp_path):
    """Return a folder with a git history of one harmless file."""
    git(tmp_path, "init", "-q")
    keep(tmp_path, "README.md", "An order management system.\n")
    return tmp_path


def git(folder, *words):
    """Run git in the folder."""
    subprocess.run([*GIT, *words], cwd=folder, check=True, capture_output=True)


def keep(folder, name, text):
    """Commit a file."""
    (folder / name).write_text(text)
    git(folder, "add", name)
    git(folder, "commit", "-qm", "more")


def rules_of(folder):
    """Return the rules that found something."""
    return {one.rule for one in secrets_of(folder)}


@pytest.mark.parametrize(("rule", "line"), PLANTED, ids=[rule for rule, _ in PLANTED])
def test_each_shape_is_found_in_a_committed_file(folder, rule, line):
    assert rules_of(folder) == set()
    keep(folder, "deploy.sh", f"# a line\n{line}\n")
    assert rule in rules_of(folder)


def test_what_was_taken_away_again_is_found_in_its_old_version(folder):
    keep(folder, "settings.py", f"id = '{KEY}'\n")
    keep(folder, "settings.py", "id = env('ID')\n")
    git(folder, "rm", "-q", "settings.py")
    git(folder, "commit", "-qm", "gone")
    [found] = secrets_of(folder)
    assert (found.path, found.line, found.rule, len(found.version)) == ("settings.py", 1, "key of AWS", 40)


def test_what_stands_on_another_branch_is_found(folder):
    git(folder, "checkout", "-qb", "other")
    keep(folder, "settings.py", f"id = '{KEY}'\n")
    git(folder, "checkout", "-q", "-")
    assert rules_of(folder) == {"key of AWS"}


def test_what_is_not_committed_yet_is_found_and_what_git_ignores_is_not(folder):
    keep(folder, ".gitignore", "var/\n")
    (folder / "var").mkdir()
    (folder / "var" / "secret_key").write_text(KEY)
    assert secrets_of(folder) == []
    (folder / "new.txt").write_text(KEY)
    assert [one.path for one in secrets_of(folder)] == ["new.txt"]


def test_one_secret_in_two_files_is_told_twice_and_in_many_versions_once(folder):
    for more in range(3):
        keep(folder, "a.txt", f"{KEY}\n{more}\n")
    keep(folder, "b.txt", f"{KEY}\n")
    assert sorted(one.path for one in secrets_of(folder)) == ["a.txt", "b.txt"]


def test_nothing_is_printed_in_full(folder, capsys):
    keep(folder, "a.txt", KEY)
    assert scan(folder) is BROKEN
    told = capsys.readouterr().out
    assert KEY not in told
    assert "a.txt:1 key of AWS: AKIA…, 20 characters" in told


def test_an_allowance_names_one_text_and_must_still_be_needed(folder, monkeypatch, capsys):
    keep(folder, "a.txt", KEY)
    digest = Found("a.txt", 1, "key of AWS", KEY).digest
    monkeypatch.setattr(secret_scan, "allowances", lambda: {digest: "a sample"})
    assert scan(folder) is HOLDS
    keep(folder, "a.txt", KEY.replace("IOSF", "JOSF"))
    assert scan(folder) is BROKEN
    monkeypatch.setattr(secret_scan, "allowances", lambda: {digest: "a sample", "0" * 16: "another"})
    capsys.readouterr()
    scan(folder)
    assert "0000000000000000 is allowed and stands nowhere any more." in capsys.readouterr().out


def test_a_past_that_is_not_here_is_not_checked(folder, tmp_path_factory):
    bare = tmp_path_factory.mktemp("no git")
    with pytest.raises(NoHistory):
        secrets_of(bare)
    assert scan(bare) is NOT_CHECKED
    keep(folder, "a.txt", "more")
    shallow = tmp_path_factory.mktemp("shallow")
    git(shallow, "clone", "-q", "--depth", "1", f"file://{folder}", "clone")
    assert scan(shallow / "clone") is NOT_CHECKED


def test_generated_keys_are_told_from_names_that_people_give():
    assert sum(looks_random(secrets.token_urlsafe(32)) for _ in range(200)) >= 198
    names = [
        "test_each_shape_is_found_in_a_committed_file",
        "HistoricalChannelAccountMembership2",
        "/api/v1/" + "a" * 40,
    ]
    assert not any(map(looks_random, names))
    found = secret_scan.found_in(f'SECRET_KEY = "{get_random_secret_key()}"', "settings.py", set())
    assert [one.rule for one in found] == ["secret given to a name"]


def test_every_allowance_says_why():
    assert all(len(digest) == 16 and len(reason.split()) > 5 for digest, reason in allowances().items())
