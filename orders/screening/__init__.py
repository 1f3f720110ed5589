"""Screening: pure checks of an order's data, address and risk; each returns a verdict with its evidence."""

from orders.screening.address import AddressLike, check_address
from orders.screening.data import CheckedLine, DataFacts, check_data
from orders.screening.fraud import FraudFacts, FraudRules, check_fraud
from orders.screening.verdict import Fault, Verdict

__all__ = [
    "AddressLike",
    "CheckedLine",
    "DataFacts",
    "Fault",
    "FraudFacts",
    "FraudRules",
    "Verdict",
    "check_address",
    "check_data",
    "check_fraud",
]
