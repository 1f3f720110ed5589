"""Carriers played by Prism: a server that holds every request against the vendor's description and answers by it.

Prism is no part of the product: ``make prism`` lays it into ``tools/prism`` (docs/dependencies.md).
"""

import json
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any
from urllib.parse import urlsplit

import pytest

from oms.foundation import http
from tests.contracts.carriers.descriptions import CONTRADICTIONS, VENDORS, description
from tests.contracts.carriers.fakes import TOKEN

HOME = Path(__file__).resolve().parents[3] / "tools" / "prism"
PRISM = HOME / "node_modules" / "@stoplight" / "prism-cli" / "dist" / "index.js"
NODE = shutil.which("node") or ""
MISSING = [
    reason
    for is_missing, reason in (
        (VENDORS is None, "the vendors' descriptions are not beside the project (../shared/vendor)"),
        (not NODE, "node is not on this machine: apt-get install nodejs npm"),
        (not PRISM.is_file(), "Prism is not installed: make prism"),
    )
    if is_missing
]
needs_prism = pytest.mark.skipif(bool(MISSING), reason="; ".join(MISSING))
START_SECONDS, STOP_SECONDS = 120, 10
ASKED, COMPLAINT = "Request received", re.compile(r"Violation: (request\S* .*)")
COLOURS, REFERENCE = re.compile(r"\x1b\[[0-9;]*m"), re.compile(r'"#/components/(\w+)/')


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a vendor's description, and where its paths begin at the vendor's host."""

    file: str
    base: str = ""


@dataclass(frozen=True, slots=True)
class Vendor:
    """The description of a vendor in parts, and answers of which it shows no example: a published one, or a body."""

    parts: Sequence[Part]
    answers: Mapping[str, str | dict[str, Any]] = field(default_factory=dict)

    def described(self) -> dict[str, Any]:
        """Return the whole as one description with whole paths; names inside are kept apart by the part's number."""
        whole: dict[str, Any] = {"openapi": "3.0.3", "info": {"title": "vendor", "version": "1"}, "paths": {}}
        components: dict[str, Any] = {}
        for number, part in enumerate(self.parts):
            document = _mended(part, number)
            for kind, named in document.get("components", {}).items():
                components.setdefault(kind, {}).update({f"d{number}_{name}": one for name, one in named.items()})
            for path, operations in document["paths"].items():
                if "eprecated" not in path:
                    whole["paths"][part.base + path.rstrip("/")] = _signed(operations, document, number)
        for way, answer in self.answers.items():
            _show(whole["paths"], way, answer)
        return whole | {"components": components}


def _mended(part: Part, number: int) -> dict[str, Any]:
    """Return a copy of a part without its contradictions, and of full schemas beside samples only the full ones."""
    source = description(part.file)
    components = source.document.get("components", {})
    full = {name: source.full(schema) for name, schema in components.get("schemas", {}).items()}
    text = json.dumps({**source.document, "components": {**components, "schemas": full}}, default=float)
    document: dict[str, Any] = json.loads(REFERENCE.sub(rf'"#/components/\1/d{number}_', text))
    for one in CONTRADICTIONS:
        if one.file == part.file:
            rules = document["components"]["schemas"][one.schema]["properties"][one.property]
            rule = rules.pop(one.rule)
            rules.update({"anyOf": rule} if one.rule == "oneOf" else {})
    return document


def _signed(operations: dict[str, Any], document: dict[str, Any], number: int) -> dict[str, Any]:
    """Return the operations of a path, each with the keys that it wants, under their names in the whole."""
    for operation in operations.values():
        if isinstance(operation, dict):
            wanted = operation.get("security", document.get("security", []))
            operation["security"] = [{f"d{number}_{name}": scopes for name, scopes in one.items()} for one in wanted]
    return operations


def _show(paths: dict[str, Any], way: str, answer: str | dict[str, Any]) -> None:
    """Put an answer into a description as the example of its good one."""
    assert VENDORS is not None
    method, _, path = way.partition(" ")
    data = json.loads((VENDORS / answer).read_text()) if isinstance(answer, str) else answer
    responses = paths[path][method.lower()]["responses"]
    responses[min(status for status in responses if status.startswith("2"))] = {
        "description": "as published",
        "content": {"application/json": {"example": data.get("response", data)}},
    }


@dataclass(slots=True)
class Mock:
    """A running Prism, spoken with through the one HTTP client; knows what it was asked and what it complained of."""

    port: int
    process: "subprocess.Popen[str]"
    paths: Sequence[str]
    is_ready: Event = field(default_factory=Event)
    lines: list[str] = field(default_factory=list)
    statuses: list[tuple[str, int]] = field(default_factory=list)
    reader: Thread | None = None

    def __call__(
        self, method: str, url: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Ask Prism instead of the vendor's host; a token of which no description tells is given here."""
        parts = urlsplit(url)
        if parts.path.endswith("token") and parts.path not in self.paths:
            return 200, json.dumps(TOKEN).encode()
        here = parts._replace(scheme="http", netloc=f"127.0.0.1:{self.port}").geturl()
        status, answer = http.call(method, here, body=body, headers=headers)
        self.statuses.append((f"{method} {parts.path}", status))
        return status, answer

    def listen(self) -> None:
        """Read what Prism prints until it ends."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(COLOURS.sub("", line).strip())
            if f"is listening on http://127.0.0.1:{self.port}" in line:
                self.is_ready.set()
        self.is_ready.set()

    def stop(self) -> None:
        """End Prism and hear its last words."""
        self.process.terminate()
        self.process.wait(STOP_SECONDS)
        if self.reader is not None:
            self.reader.join(STOP_SECONDS)

    def complaints(self) -> list[list[str]]:
        """Return what Prism found wrong with each request, in the order of asking; it must have ended."""
        found: list[list[str]] = []
        for line in self.lines:
            complaint = COMPLAINT.search(line)
            if ASKED in line:
                found.append([])
            elif complaint is not None:
                found[-1].append(complaint[1])
        return found


@contextmanager
def playing(vendor: Vendor) -> Iterator[Mock]:
    """Run Prism with a vendor's description on a free port of loopback for as long as the block lasts."""
    whole = vendor.described()
    with TemporaryDirectory() as folder:
        file = Path(folder, "description.json")
        file.write_text(json.dumps(whole))
        port = _free_port()
        command = [NODE, str(PRISM), "mock", "-h", "127.0.0.1", "-p", str(port), str(file)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        mock = Mock(port, process, list(whole["paths"]))
        mock.reader = Thread(target=mock.listen, daemon=True)
        mock.reader.start()
        try:
            assert mock.is_ready.wait(START_SECONDS), "Prism does not start"
            assert process.poll() is None, mock.lines[-5:]
            yield mock
        finally:
            mock.stop()


def _free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
