"""How much a run does, how often it kills, and the floors below which it has proved nothing."""

from dataclasses import dataclass, field

# a few more than the floor asks for: a blow at what lies on the ground already does not strike
KILLS = {
    "web child": 48,
    "worker child": 130,
    "worker": 5,
    "web": 3,
    "clock": 2,
    "redis killed": 5,
    "redis stopped": 3,
    "redis flushed": 2,
    "postgres crashed": 5,
    "postgres stopped": 2,
    "postgres connections cut": 3,
}
RARE = 5
FLOORS = {
    "lives": 2000,
    "captures": 5000,
    "webhooks taken": 10_000,
    "gateway asked, found": 150,
    "gateway key replayed": 10,
    "dropped after effect": 200,
    "double submits": 150,
    "refunds accepted": 100,
    "refunds refused": 100,
    "cancelled before shipping": 10,
    "cancel refused, shipped": 10,
    "waiting for stock": 50,
    "pieces received": 200,
    "label sold, then an error": 5,
    "kills": 200,
}


@dataclass(frozen=True)
class Scale:
    """One size of run.

    ``seconds`` is how long load and kills go on, ``scarce_share`` the share of captures that want a scarce product,
    ``floors`` what must have happened.
    """

    name: str
    lives: int
    lane: int
    seconds: float
    drain_seconds: float = 30.0
    scarce_share: float = 0.1
    kills: dict[str, int] = field(default_factory=dict)
    floors: dict[str, int] = field(default_factory=dict)

    @classmethod
    def part(
        cls, name: str, share: float, *, seconds: float, drain_seconds: float = 30.0, scarce_share: float = 0.1
    ) -> "Scale":
        """Return a run of a share of the gate's size, its kills and floors shrunk alike.

        What is too rare in so small a run to be sure of has no floor there.
        """
        return cls(
            name=name,
            lives=int(2000 * share),
            lane=int(5000 * share),
            seconds=seconds,
            drain_seconds=drain_seconds,
            scarce_share=scarce_share,
            kills={act: max(1, round(count * share)) for act, count in KILLS.items()},
            floors={what: floor for what, count in FLOORS.items() if (floor := int(count * share * 0.8)) >= RARE},
        )


SCALES = {
    "gate": Scale("gate", 2000, 5000, 125.0, kills=KILLS, floors=FLOORS),
    "half": Scale.part("half", 0.5, seconds=125.0),
    "smoke": Scale.part("smoke", 0.05, seconds=15.0),
    # so much wants so little that a missing guard has no chance to go unseen
    "control": Scale.part("control", 0.15, seconds=25.0, drain_seconds=20.0, scarce_share=0.6),
    "soak": Scale.part("soak", 10.0, seconds=1300.0, drain_seconds=60.0),
}
