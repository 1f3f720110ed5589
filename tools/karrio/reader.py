"""Reads carriers' answers with karrio and tells what it found, in its own environment: it shares no code with us.

Standard input is JSON, a list of ``{"carrier", "call", "answer"}``; standard output is what karrio made of each.
"""

import json
import sys
from importlib import import_module
from typing import Any

KEYS = {
    "fedex": {"api_key": "k", "secret_key": "s", "account_number": "123456789"},
    "ups": {"client_id": "k", "client_secret": "s", "account_number": "A1B2C3"},
    "mydhl": {"username": "u", "password": "p", "account_number": "123456789"},
    "dhl_parcel_de": {"username": "u", "password": "p", "client_id": "c", "client_secret": "s"},
    "dhl_universal": {"consumer_key": "k", "consumer_secret": "s"},
}
PARSERS = {"rates": "parse_rate_response", "label": "parse_shipment_response", "track": "parse_tracking_response"}
LISTS = {("dhl_universal", "track")}
PAIRS = {("ups", "track")}
"""Where karrio's own client hands on several answers, one a parcel, or number and answer of each."""
CONTEXT = {"origin": "US", "label": {"type": "GIF", "height": 6, "width": 4}}


def main() -> int:
    """Read all answers; return the exit code."""
    told = [read(**one) for one in json.load(sys.stdin)]
    json.dump(told, sys.stdout)
    return 0


def read(carrier: str, call: str, answer: Any) -> list[dict[str, Any]]:
    """Return what karrio reads in one answer: rates, one label, or the events of one parcel."""
    lib = import_module("karrio.lib")
    settings = import_module("karrio.sdk").gateway[carrier].create(KEYS[carrier]).settings
    parse = getattr(import_module(f"karrio.providers.{carrier}"), PARSERS[call])
    found, _ = parse(lib.Deserializable(shaped(carrier, call, answer), lib.to_dict, ctx=CONTEXT), settings)
    plain: Any = lib.to_dict(found)
    rows = plain if isinstance(plain, list) else [plain]
    return {"rates": rates, "label": labels, "track": events}[call](rows)


def shaped(carrier: str, call: str, answer: Any) -> Any:
    """Return an answer as karrio's own client hands it on."""
    if (carrier, call) in PAIRS:
        return [("1", answer)]
    return [answer] if (carrier, call) in LISTS else answer


def rates(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return price and currency of each service."""
    return [
        {"service": row["service"], "amount": str(row["total_charge"]), "currency": row["currency"]} for row in rows
    ]


def labels(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return number, paper and price of each label."""
    return [
        {
            "number": row["tracking_number"],
            "paper": row["docs"].get("label", ""),
            "amount": str((row.get("selected_rate") or {}).get("total_charge", "")),
            "currency": (row.get("selected_rate") or {}).get("currency", ""),
        }
        for row in rows
    ]


def events(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return code and status of every event of the first parcel, newest first as karrio has them."""
    return [{"code": one.get("code", ""), "status": one.get("status", "")} for one in rows[0]["events"]]


if __name__ == "__main__":
    sys.exit(main())
