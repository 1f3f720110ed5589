"""The gateways this system speaks with, by code."""

from orders.payments.external import ExternalGateway
from orders.payments.gateway import PaymentGateway
from orders.payments.sandbox import SandboxGateway

GATEWAYS: dict[str, PaymentGateway] = {}


def register_gateway(gateway: PaymentGateway) -> None:
    """Make a gateway known under its code."""
    GATEWAYS[gateway.code] = gateway


def gateway_of(code: str) -> PaymentGateway:
    """Return the gateway; raises ``LookupError`` that names the known ones."""
    if code not in GATEWAYS:
        raise LookupError(f"no payment gateway “{code}”; known: {', '.join(sorted(GATEWAYS))}")
    return GATEWAYS[code]


register_gateway(SandboxGateway())
register_gateway(ExternalGateway())
