"""Which carriers there are, by code."""

from fulfillment.carriers.gateway import CarrierGateway
from fulfillment.carriers.sandbox import SandboxCarrier

CARRIERS: dict[str, CarrierGateway] = {SandboxCarrier.code: SandboxCarrier()}


def carrier(code: str) -> CarrierGateway:
    """Return the carrier; raises LookupError that names the known ones."""
    if code not in CARRIERS:
        raise LookupError(f"no carrier “{code}”; known: {', '.join(sorted(CARRIERS))}")
    return CARRIERS[code]


def all_carriers() -> list[CarrierGateway]:
    """Return every carrier, by code."""
    return [CARRIERS[code] for code in sorted(CARRIERS)]
