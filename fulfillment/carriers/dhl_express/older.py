"""What the older servers behind DHL Express answer, which speak XML: read into the shape of the newer ones; pure."""

import re
from typing import Any

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

BLANKS = re.compile(r"\s+")


def read_xml(body: bytes) -> Any | None:
    """Return the root of an answer in XML, or None for anything else."""
    try:
        return fromstring(body) if body.lstrip()[:1] == b"<" else None
    except (ParseError, DefusedXmlException, ValueError):
        return None


def reason_in(root: Any) -> str:
    """Return the conditions that an answer states, which say what is wrong."""
    return BLANKS.sub(" ", "; ".join(text for text in _texts(root, "ConditionData") if text.strip())).strip()


def told_in(root: Any) -> dict[str, Any]:
    """Return quotes and confirmations as the newer servers name them."""
    found: dict[str, Any] = {"products": [_product(quote) for quote in _nodes(root, "QtdShp")]}
    numbers = _texts(root, "ConfirmationNumber")
    return found | ({"dispatchConfirmationNumbers": numbers} if numbers else {})


def _product(quote: Any) -> dict[str, Any]:
    """Return one quote."""
    price = {
        "currencyType": "BILLC",
        "priceCurrency": _text(quote, "CurrencyCode"),
        "price": _text(quote, "ShippingCharge"),
    }
    return {
        "productCode": _text(quote, "GlobalProductCode"),
        "productName": _text(quote, "ProductShortName"),
        "totalPrice": [price],
        "deliveryCapabilities": {"totalTransitDays": _text(quote, "TotalTransitDays")},
    }


def _nodes(root: Any, name: str) -> list[Any]:
    """Return every element of a name, whatever its namespace."""
    return [node for node in root.iter() if node.tag.rpartition("}")[2] == name]


def _texts(root: Any, name: str) -> list[str]:
    """Return the texts of every element of a name."""
    return [node.text or "" for node in _nodes(root, name)]


def _text(root: Any, name: str) -> str:
    """Return the text of the first element of a name, or nothing."""
    return next(iter(_texts(root, name)), "").strip()
