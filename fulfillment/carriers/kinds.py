"""The kinds of carriers that an account can be opened with, and what each wants to know."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from fulfillment.carriers.account import Account, Field
from fulfillment.carriers.by_file import gateway as by_file
from fulfillment.carriers.dhl_express import codes as dhl_express_codes
from fulfillment.carriers.dhl_express import gateway as dhl_express
from fulfillment.carriers.dhl_parcel_de import contract
from fulfillment.carriers.dhl_parcel_de import gateway as dhl_parcel_de
from fulfillment.carriers.fedex import codes as fedex_codes
from fulfillment.carriers.fedex import gateway as fedex
from fulfillment.carriers.gateway import CarrierGateway
from fulfillment.carriers.shipglobal import asking as shipglobal_asking
from fulfillment.carriers.shipglobal import gateway as shipglobal
from fulfillment.carriers.ups import codes as ups_codes
from fulfillment.carriers.ups import gateway as ups


@dataclass(frozen=True, slots=True)
class CarrierKind:
    """One adapter: its name, the fields of an account, how a gateway is made of one, and services to name by hand."""

    name: str
    fields: Sequence[Field]
    make: Callable[[Account], CarrierGateway]
    services: Mapping[str, str]


KINDS: dict[str, CarrierKind] = {
    "fedex": CarrierKind("FedEx", fedex.FIELDS, fedex.FedexGateway, fedex_codes.SERVICES),
    "ups": CarrierKind(
        "UPS", ups.FIELDS, ups.UpsGateway, {code: name for code, (name, _, _) in ups_codes.SERVICES.items()}
    ),
    "dhl_express": CarrierKind(
        "DHL Express", dhl_express.FIELDS, dhl_express.DhlExpressGateway, dhl_express_codes.SERVICES
    ),
    "dhl_parcel_de": CarrierKind(
        "DHL Parcel Germany",
        dhl_parcel_de.FIELDS,
        dhl_parcel_de.DhlParcelDeGateway,
        {code: name for code, (name, _) in contract.PRODUCTS.items()},
    ),
    "shipglobal": CarrierKind(
        "ShipGlobal",
        shipglobal.FIELDS,
        shipglobal.ShipGlobalGateway,
        {name: name for name in shipglobal_asking.SERVICES},
    ),
    "file": CarrierKind("another carrier, by file", by_file.FIELDS, by_file.FileCarrier, {}),
}
