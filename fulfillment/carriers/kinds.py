"""The kinds of carriers that an account can be opened with, and what each wants to know."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fulfillment.carriers.account import Account, Field
from fulfillment.carriers.dhl_express import gateway as dhl_express
from fulfillment.carriers.dhl_parcel_de import gateway as dhl_parcel_de
from fulfillment.carriers.fedex import gateway as fedex
from fulfillment.carriers.gateway import CarrierGateway
from fulfillment.carriers.shipglobal import gateway as shipglobal
from fulfillment.carriers.ups import gateway as ups


@dataclass(frozen=True, slots=True)
class CarrierKind:
    """One adapter: its name, the fields of an account, and how a gateway is made of one."""

    name: str
    fields: Sequence[Field]
    make: Callable[[Account], CarrierGateway]


KINDS: dict[str, CarrierKind] = {
    "fedex": CarrierKind("FedEx", fedex.FIELDS, fedex.FedexGateway),
    "ups": CarrierKind("UPS", ups.FIELDS, ups.UpsGateway),
    "dhl_express": CarrierKind("DHL Express", dhl_express.FIELDS, dhl_express.DhlExpressGateway),
    "dhl_parcel_de": CarrierKind("DHL Parcel Germany", dhl_parcel_de.FIELDS, dhl_parcel_de.DhlParcelDeGateway),
    "shipglobal": CarrierKind("ShipGlobal", shipglobal.FIELDS, shipglobal.ShipGlobalGateway),
}
