"""All scenes, in the order in which they are played."""

from tools.stages import back, demand, files, floor, matching, packing, stores, system, third_parties, waves
from tools.stages.desk import Desk


def play() -> dict[str, str]:
    """Play every scene; return the pages by name."""
    desk = Desk()
    desk.settle()
    for room in (demand, floor, packing, matching, waves, stores, third_parties, back, system, files):
        room.play(desk)
    return desk.pages
