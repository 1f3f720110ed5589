"""Waves: chosen and planned, kept as a draft, released as walks; what nobody has begun can be freed again."""

from fulfillment.services.waves.cancelling import CAN_CANCEL, cancel_wave
from fulfillment.services.waves.choosing import MOST_ORDERS, Size, Wanted
from fulfillment.services.waves.making import make_wave
from fulfillment.services.waves.planning import Proposal, propose
from fulfillment.services.waves.releasing import CAN_RELEASE, release_wave

__all__ = [
    "CAN_CANCEL",
    "CAN_RELEASE",
    "MOST_ORDERS",
    "Proposal",
    "Size",
    "Wanted",
    "cancel_wave",
    "make_wave",
    "propose",
    "release_wave",
]
