"""Whether a request satisfies its vendor's own description (OpenAPI 3.0), where descriptions lie beside the project.

They are megabytes of other people's text and no part of this project: without them the tests say so and are skipped.
"""

import gzip
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
import yaml
from jsonschema import Draft4Validator
from jsonschema.exceptions import ValidationError

from fulfillment.carriers.line import Request

FOUND = [parent / "shared" / "vendor" for parent in Path(__file__).resolve().parents]
VENDORS = next((place for place in FOUND if place.is_dir()), None)
needs_vendors = pytest.mark.skipif(
    VENDORS is None, reason="the vendors' descriptions and examples are not beside the project (../shared/vendor)"
)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A rule that no request satisfies: the same description says in words, and shows in an example, another one."""

    file: str
    schema: str
    property: str
    rule: str
    shown: tuple[str, str]
    """The file of an example of the vendor's own, and the path to the value in it."""


CONTRADICTIONS = (
    # a day of eight letters by its words and elsewhere in the file; of four by its rule
    Contradiction(
        "ups/spec/Pickup.json", "PickupCreationRequest_PickupDateInfo", "PickupDate", "maxLength",
        ("ups/examples/oas.Pickup.post.pickupcreation_version_pickup.REQ.1.json",
         "PickupCreationRequest.PickupDateInfo.PickupDate"),
    ),
    # “GIF”, “PDF” and “ZPL” by its words; four letters by its rule
    Contradiction(
        "ups/spec/Shipping.json.gz", "LabelRecovery_LabelSpecification_LabelImageFormat", "Code", "minLength",
        ("ups/examples/oas.Shipping.post.labels_version_recovery.REQ.2.json",
         "LabelRecoveryRequest.LabelSpecification.LabelImageFormat.Code"),
    ),
    # a day is told by its type; by the rule it must not also pass for “as soon as possible”, which everything does
    Contradiction(
        "dhl/spec/dhl_parcel_de/parcel-de-pickup-v3.yaml", "PickupDetails", "pickupDate", "oneOf",
        ("dhl/spec/dhl_parcel_de/pickup_request.json", "pickupDetails.pickupDate"),
    ),
)  # fmt: skip


@cache
def description(path: str) -> "Description":
    """Return a vendor's description by its path, unpacked; MyDHL's holds tabs that strict readers stop at."""
    assert VENDORS is not None
    raw = (VENDORS / path).read_bytes()
    text = (gzip.decompress(raw) if path.endswith(".gz") else raw).decode()
    if ".yaml" in path:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        text = json.dumps(yaml.load(text.replace("\t", " "), loader), default=str)
    return Description(json.loads(text, parse_float=Decimal))


@dataclass(frozen=True, eq=False)
class Description:
    """One document of OpenAPI."""

    document: dict[str, Any]

    def faults(self, request: Request, *, base: str = "", allowed: Sequence[str] = ()) -> list[str]:
        """Return what is wrong with a request, faults named in ``allowed`` left out; the path begins with ``base``."""
        parts = urlsplit(request.path)
        template, operation, names = self._operation(request.method, parts.path.removeprefix(base))
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        given = {"path": names, "query": query, "header": {k.lower(): v for k, v in request.headers.items()}}
        found = [*self._parameters(template, operation, given), *self._body(operation, request)]
        return [fault for fault in found if not any(word in fault for word in allowed)]

    def _operation(self, method: str, path: str) -> tuple[str, dict[str, Any], dict[str, str]]:
        """Return template, operation and path parameters; a path without placeholders goes before one with them."""
        for template in sorted(self.document["paths"], key=lambda one: ("{" in one, "eprecated" in one)):
            pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(template))
            match = re.fullmatch(pattern, path)
            if match and method.lower() in self.document["paths"][template]:
                names = {name: unquote(value) for name, value in match.groupdict().items()}
                return template, self.document["paths"][template][method.lower()], names
        raise AssertionError(f"{method} {path} is not in the description")

    def _parameters(self, template: str, operation: dict[str, Any], given: dict[str, dict[str, str]]) -> Iterator[str]:
        """Yield faults of path, query and headers; a header that every client sends by itself is not asked for."""
        stated = [*operation.get("parameters", []), *self.document["paths"][template].get("parameters", [])]
        known = set()
        for one in map(self._resolved, stated):
            place, name = one["in"], one["name"]
            key = name.lower() if place == "header" else name
            known.add((place, key))
            value = given[place].get(key)
            if value is None and one.get("required") and key not in ("authorization", "content-type"):
                yield f"{place} {name} is missing"
            if value is not None:
                yield from self._value(one.get("schema", {}), value, f"{place} {name}")
        yield from (f"query {name} is unknown" for name in given["query"] if ("query", name) not in known)

    def _value(self, schema: dict[str, Any], text: str, where: str) -> Iterator[str]:
        """Yield faults of a parameter, read as the type that its schema wants."""
        kind = self._resolved(schema).get("type")
        value: Any = {"true": True, "false": False}.get(text, text) if kind == "boolean" else text
        yield from self._against(schema, Decimal(text) if kind in ("number", "integer") else value, where)

    def _body(self, operation: dict[str, Any], request: Request) -> Iterator[str]:
        """Yield faults of the body."""
        body = self._resolved(operation.get("requestBody", {}))
        if not body:
            return
        kinds = body["content"]
        kind = next(name for name in request.headers.values() if name in kinds)
        if kind == "application/json":
            yield from self._against(
                self.full(kinds[kind]["schema"]), json.loads(request.body, parse_float=Decimal), "body"
            )
        else:
            yield from self._against(kinds[kind]["schema"], dict(parse_qsl(request.body.decode())), "body")

    def full(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return the one full schema of a list of which the others are samples that allow everything."""
        resolved = self._resolved(schema)
        options = resolved.get("oneOf", [])
        full = [one for one in options if self._resolved(one).get("properties")]
        return full[0] if len(full) == 1 and len(options) > 1 else schema

    def _against(self, schema: dict[str, Any], value: Any, where: str) -> Iterator[str]:
        """Yield what a schema finds wrong with a value, at the deepest place it can name."""
        rooted = {**schema, "components": self.document.get("components", {})}
        for error in Draft4Validator(rooted).iter_errors(value):
            for cause in _deepest(error):
                path = ".".join(map(str, cause.absolute_path))
                yield f"{where} {path}: {cause.validator} {str(cause.message)[:160]}"

    def broken(self, schema: str, property_: str, value: Any) -> list[str]:
        """Return the names of the rules that a value of one property of a named schema breaks."""
        rules = self.document["components"]["schemas"][schema]["properties"][property_]
        rooted = {**rules, "components": self.document["components"]}
        return [str(error.validator) for error in Draft4Validator(rooted).iter_errors(value)]

    def _resolved(self, node: dict[str, Any]) -> dict[str, Any]:
        """Return what a node refers to."""
        while "$ref" in node:
            found: Any = self.document
            for step in node["$ref"].split("/")[1:]:
                found = found[step.replace("~1", "/").replace("~0", "~")]
            node = found
        return node


def _deepest(error: ValidationError) -> list[ValidationError]:
    """Return the errors inside an error of alternatives: those of the alternative that fits best."""
    if not error.context:
        return [error]
    by_option: dict[Any, list[ValidationError]] = {}
    for inner in error.context:
        by_option.setdefault(inner.schema_path[0], []).append(inner)
    best = min(by_option.values(), key=len)
    return [deep for inner in best for deep in _deepest(inner)]
