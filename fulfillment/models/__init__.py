"""The tables of matching."""

from fulfillment.models.boxes import Box
from fulfillment.models.carriers import CarrierAccount
from fulfillment.models.claims import CarrierClaim
from fulfillment.models.file_parcels import FileParcel
from fulfillment.models.manifests import LoadScan, Manifest, ManifestParcel
from fulfillment.models.offers import SubstituteOffer
from fulfillment.models.orders import Allocation, AllocationPart, FulfillmentOrder
from fulfillment.models.pack_sessions import PackItem, PackParcel, PackScan, PackSession
from fulfillment.models.partners import FulfillmentPartner, PartnerMessage
from fulfillment.models.photos import ParcelPhoto
from fulfillment.models.picking import PickList, PickScan, PickTask
from fulfillment.models.pickups import Pickup
from fulfillment.models.proofs import ProofOfDelivery
from fulfillment.models.rates import ShippingRate
from fulfillment.models.replays import ReplayChange, SourcingReplay
from fulfillment.models.rule_sets import SourcingRule, SourcingRuleSet
from fulfillment.models.sandbox import SandboxParcel
from fulfillment.models.scarcity import ScarcityFee, ScarcityRun
from fulfillment.models.shipments import Label, Package, PackageItem, Shipment, TrackingEvent
from fulfillment.models.sourcing import SourcingDecision
from fulfillment.models.suppliers import SupplierRequest
from fulfillment.models.totes import LabelledTote
from fulfillment.models.traces import TracedPieces
from fulfillment.models.visits import DriverVisit
from fulfillment.models.watching import ExpectedDay, ParcelRisk
from fulfillment.models.waves import Wave, WaveOrder

__all__ = [
    "Allocation",
    "AllocationPart",
    "Box",
    "CarrierAccount",
    "CarrierClaim",
    "DriverVisit",
    "ExpectedDay",
    "FileParcel",
    "FulfillmentOrder",
    "FulfillmentPartner",
    "Label",
    "LabelledTote",
    "LoadScan",
    "Manifest",
    "ManifestParcel",
    "PackItem",
    "PackParcel",
    "PackScan",
    "PackSession",
    "Package",
    "PackageItem",
    "ParcelPhoto",
    "ParcelRisk",
    "PartnerMessage",
    "PickList",
    "PickScan",
    "PickTask",
    "Pickup",
    "ProofOfDelivery",
    "ReplayChange",
    "SandboxParcel",
    "ScarcityFee",
    "ScarcityRun",
    "Shipment",
    "ShippingRate",
    "SourcingDecision",
    "SourcingReplay",
    "SourcingRule",
    "SourcingRuleSet",
    "SubstituteOffer",
    "SupplierRequest",
    "TracedPieces",
    "TrackingEvent",
    "Wave",
    "WaveOrder",
]
