"""What the outside world really did: every effect once, with its business reference, whatever was answered."""

import re
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

UNSEEN_SECONDS = 1.0
ATTEMPT = re.compile(r"~[0-9a-f]{8}$")


@dataclass(slots=True)
class Charge:
    """One effect at the gateway; ``business`` names what it is for, whatever key it came with."""

    key: str
    kind: str
    business: str
    parent: str
    transaction_id: str
    currency: str
    amount: int
    status: str
    at: float
    code: str = ""
    message: str = ""

    def told(self) -> dict[str, Any]:
        """Return it as the gateway answers."""
        return {name: getattr(self, name) for name in ("transaction_id", "status", "amount", "code", "message")}


@dataclass(slots=True)
class Parcel:
    """One label sold by the carrier."""

    reference: str
    carrier_reference: str
    tracking_number: str
    service: str
    cost: int
    weight_g: int
    postal_code: str
    country: str
    voided: bool = False
    scanned: bool = False


@dataclass
class Book:
    """Every effect, and counts of what happened on the way."""

    charges: dict[str, Charge] = field(default_factory=dict)
    parcels: list[Parcel] = field(default_factory=list)
    mails: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def charge(self, asked: dict[str, Any], *, declined: bool) -> tuple[Charge, bool]:
        """Enter an ask once by its key and return the entry, and whether it is new."""
        with self.lock:
            known = self.charges.get(asked["key"])
            if known is not None:
                self.counts["gateway key replayed"] += 1
                return known, False
            number = len(self.charges) + 1
            charge = Charge(
                key=asked["key"],
                kind=asked["kind"],
                business=ATTEMPT.sub("", asked["key"]),
                parent=asked["parent"],
                transaction_id=f"gw_{number:08d}",
                currency=asked["currency"],
                amount=asked["amount"],
                status="ok",
                at=time.monotonic(),
            )
            if declined and charge.kind == "authorize":
                charge.status, charge.code, charge.message = "failed", "declined", "The bank declined the card."
            self.charges[charge.key] = charge
            return charge, True

    def find(self, key: str) -> Charge | None:
        """Return the entry of a key; one that was made a moment ago is not seen yet."""
        charge = self.charges.get(key)
        if charge is None or time.monotonic() - charge.at < UNSEEN_SECONDS:
            self.counts["gateway asked, not found"] += 1
            return None
        self.counts["gateway asked, found"] += 1
        return charge

    def sell(self, asked: dict[str, Any]) -> Parcel:
        """Sell a label, as often as asked."""
        with self.lock:
            number = len(self.parcels) + 1
            parcel = Parcel(carrier_reference=f"C{number:08d}", tracking_number=f"TR{number:010d}", **asked)
            self.parcels.append(parcel)
            return parcel

    def living(self, reference: str) -> Parcel | None:
        """Return the label bought with a reference and not taken back."""
        return next((one for one in self.parcels if one.reference == reference and not one.voided), None)

    def as_json(self) -> dict[str, Any]:
        """Return everything for the witnesses."""
        with self.lock:
            return {
                "charges": [asdict(one) for one in self.charges.values()],
                "parcels": [asdict(one) for one in self.parcels],
                "mails": dict(self.mails),
                "counts": dict(self.counts),
            }
