"""Looks for secrets in the working tree and in every version of every file that git remembers.

A clean line is read once, however many versions hold it. What is found is told by place and rule, never in full.
"""

import hashlib
import math
import re
import subprocess
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path, PurePosixPath

from tests.security.verdict import BROKEN, HOLDS, NOT_CHECKED, Verdict
from tests.town import HOME

ALLOWED = Path(__file__).with_name("secrets_allowed.toml")
BINARY = frozenset({".png", ".jpg", ".ico", ".woff", ".woff2", ".ttf", ".pdf", ".zip", ".xlsx", ".gz"})
LONGEST_LINE = 4000
PLACEHOLDER = re.compile(
    r"(?i)^(?:password|secret|word|pass|user|oms|postgres|x+|\*+|<.*|\{.*|\$\{?\w+\}?|%\(?\w*\)?s|…)$"
)


class NoHistory(Exception):
    """The folder has no git history that could be read."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A shape of secret; ``proof`` says of what group 1 of the match holds whether it is one."""

    name: str
    shape: re.Pattern[str]
    proof: Callable[[str], bool] = bool


@dataclass(frozen=True, slots=True)
class Found:
    """A place where a secret stands: in the tree, or in a version of long ago."""

    path: str
    line: int
    rule: str
    text: str
    version: str = ""

    @property
    def digest(self) -> str:
        """By what an allowance names it."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" + (f" (version {self.version[:10]})" if self.version else "")
        return f"{place} {self.rule}: {self.text[:4]}…, {len(self.text)} characters, digest {self.digest}"


def entropy(text: str) -> float:
    """Return Shannon's entropy of the characters, in bits a character."""
    counts = Counter(text).values()
    return -sum(count / len(text) * math.log2(count / len(text)) for count in counts)


def looks_random(text: str) -> bool:
    """Return whether no person wrote the text: letters of both cases and digits, mixed as a generator mixes them."""
    kinds = [any(map(test, text)) for test in (str.islower, str.isupper, str.isdigit)]
    turns = sum(_kind(one) != _kind(other) for one, other in pairwise(text))
    return all(kinds) and entropy(text) >= 4.2 and turns >= len(text) / 3


def is_guarded_word(text: str) -> bool:
    """Return whether a value given to a name such as ``password`` is more than a word of the language."""
    mixed = any(one.isdigit() for one in text) and any(one.isalpha() for one in text)
    return mixed and entropy(text) >= 3.5 and not PLACEHOLDER.match(text)


def is_password(text: str) -> bool:
    """Return whether the password of an address is meant, and no placeholder."""
    return not PLACEHOLDER.match(text)


def _kind(letter: str) -> str:
    """Return what kind of character it is."""
    return "d" if letter.isdigit() else "u" if letter.isupper() else "l" if letter.islower() else "o"


RULES = [
    Rule("private key", re.compile(r"(-----BEGIN [A-Z ]*PRIVATE KEY-----)")),
    Rule("key of our API", re.compile(r"\b(oms_[0-9A-Z]{1,12}_[0-9a-f]{64})\b")),
    Rule("key of AWS", re.compile(r"\b((?:AKIA|ASIA)[0-9A-Z]{16})\b")),
    Rule("key of a code host", re.compile(r"\b(gh[pousr]_\w{36,}|github_pat_\w{30,}|glpat-[\w-]{20,})")),
    Rule("key of a registry", re.compile(r"\b(npm_\w{36}|pypi-AgE[\w-]{50,})")),
    Rule("key of a gateway", re.compile(r"\b((?:sk|rk)_(?:live|test)_\w{16,}|whsec_[\w+/=]{24,})")),
    Rule("key of a shop", re.compile(r"\b(shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32})\b")),
    Rule("key of a chat", re.compile(r"\b(xox[abprs]-[\w-]{10,})")),
    Rule("key of Google", re.compile(r"\b(AIza[\w-]{35})")),
    Rule("signed token", re.compile(r"\b(eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,})")),
    Rule(
        "password in an address", re.compile(r"\b[a-z][a-z0-9+]{2,}://[^\s:/@\"']*:([^\s:/@\"']+)@[^\s/@]"), is_password
    ),
    Rule(
        "secret given to a name",
        re.compile(
            r"(?i)(?:secret|passwo?r[dt]|passwd|token|api_?key|access_?key|field_keys?)\w*[\"']?\s*[:=]+\s*[\"']([^\"'\s]{12,})[\"']"
        ),
        is_guarded_word,
    ),
    Rule(
        "secret of an environment",
        re.compile(r"^\s*(?:export\s+)?[A-Z_]*(?:SECRET|PASSWORD|TOKEN|KEYS?)[A-Z_]*=([^\s\"'$<]{12,})"),
        is_guarded_word,
    ),
    Rule("random characters", re.compile(r"(?<![\w+/=-])([A-Za-z0-9+/_-]{32,}={0,2})(?![\w+/=-])"), looks_random),
]


def found_in(text: str, path: str, clean: set[str], version: str = "") -> Iterator[Found]:
    """Yield the secrets of a file, line by line; lines known to be clean are passed over, and new ones remembered."""
    for number, line in enumerate(text.splitlines(), start=1):
        if line in clean:
            continue
        found = [
            Found(path, number, rule.name, match[1], version)
            for rule in RULES
            for match in rule.shape.finditer(line[:LONGEST_LINE])
            if rule.proof(match[1])
        ]
        yield from found
        if not found:
            clean.add(line)


def secrets_of(home: Path) -> list[Found]:
    """Return every secret of the tree, then of its history; one that stands in both, or in many versions, once.

    :raises NoHistory: when git cannot tell all of it.
    """
    clean: set[str] = set()
    found: dict[tuple[str, str, str], Found] = {}
    for source in (tree, history):
        for path, text, version in source(home):
            for one in found_in(text, path, clean, version):
                found.setdefault((one.path, one.rule, one.text), one)
    return list(found.values())


def tree(home: Path) -> Iterator[tuple[str, str, str]]:
    """Yield path, text and an empty version of every file that git tracks or would track."""
    names = _git(home, "ls-files", "-z", "--cached", "--others", "--exclude-standard").decode().split("\0")
    for name in filter(None, names):
        path = home / name
        if _is_text(name) and path.is_file() and not path.is_symlink():
            yield name, path.read_text(errors="replace"), ""


def history(home: Path) -> Iterator[tuple[str, str, str]]:
    """Yield path, text and id of every version of every file, each once."""
    if _git(home, "rev-parse", "--is-shallow-repository").strip() == b"true":
        raise NoHistory("This is a shallow clone: its older versions are not here (git fetch --unshallow).")
    listed = _git(home, "rev-list", "--objects", "--all").decode(errors="replace").splitlines()
    named = (line.partition(" ") for line in listed)
    paths = {version: name for version, _, name in named if name and _is_text(name)}
    answer = _git(home, "cat-file", "--batch", given="\n".join(paths).encode())
    at = 0
    while at < len(answer):
        end = answer.index(b"\n", at)
        version, kind, size = answer[at:end].decode().split(" ")
        at = end + 2 + int(size)
        if kind == "blob":
            yield paths[version], answer[end + 1 : at - 1].decode(errors="replace"), version


def _is_text(name: str) -> bool:
    """Return whether a file is one that people read."""
    return PurePosixPath(name).suffix not in BINARY


def _git(home: Path, *words: str, given: bytes | None = None) -> bytes:
    """Return what git answers; raises :class:`NoHistory` when it does not."""
    try:
        return subprocess.run(["git", *words], cwd=home, input=given, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise NoHistory(f"git {words[0]} does not answer: {error}") from None


def allowances() -> dict[str, str]:
    """Return the reason of each allowed text, by its digest."""
    return {one["digest"]: one["reason"] for one in tomllib.loads(ALLOWED.read_text())["allowed"]}


def scan(home: Path = HOME) -> Verdict:
    """Print every secret that is not allowed, and every allowance that allows nothing; return what came of it."""
    try:
        found = secrets_of(home)
    except NoHistory as reason:
        print(f"NOT CHECKED: {reason}")
        return NOT_CHECKED
    allowed = allowances()
    secrets = [one for one in found if one.digest not in allowed]
    idle = sorted(allowed.keys() - {one.digest for one in found})
    print("\n".join([*map(str, secrets), *(f"{digest} is allowed and stands nowhere any more." for digest in idle)]))
    print(f"{len(secrets)} secrets; {len(found) - len(secrets)} places with what is allowed.")
    return BROKEN if secrets or idle else HOLDS
