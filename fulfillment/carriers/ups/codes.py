"""What UPS's codes mean in our words: services, kinds of activity, and the finer status codes.

Source: UPS developer portal, “Package Activity Types” and “Status/Description Codes”.
"""

SERVICES = {
    "01": ("UPS Next Day Air", "express", 1),
    "02": ("UPS 2nd Day Air", "express", 2),
    "03": ("UPS Ground", "standard", 5),
    "07": ("UPS Worldwide Express", "express", 3),
    "08": ("UPS Worldwide Expedited", "express", 5),
    "11": ("UPS Standard", "standard", 5),
    "12": ("UPS 3 Day Select", "standard", 3),
    "13": ("UPS Next Day Air Saver", "express", 1),
    "14": ("UPS Next Day Air Early", "express", 1),
    "54": ("UPS Worldwide Express Plus", "express", 3),
    "59": ("UPS 2nd Day Air A.M.", "express", 2),
    "65": ("UPS Worldwide Saver", "express", 3),
    "70": ("UPS Access Point Economy", "standard", 5),
    "93": ("UPS Ground Saver", "standard", 7),
}
"""Code: name, our word for its speed, and the days it needs where UPS gives none."""

BY_TYPE = {
    "M": "pre_transit",
    "MV": "pre_transit",
    "P": "picked_up",
    "I": "in_transit",
    "O": "out_for_delivery",
    "D": "delivered",
    "X": "exception",
    "RS": "returning",
}
FINER = {
    status: word
    for word, codes in {
        "picked_up": "038",
        "out_for_delivery": "006 021 037 072 089 091 078",
        "available_for_pickup": "017 040",
        "delayed": "032 046 048 049 051 052 053 086 090",
        "returning": "033 035 036",
        "returned": "034 067",
        "lost": "068",
    }.items()
    for status in codes.split()
}
"""Three-digit status codes that tell more than the kind of activity does."""
BY_LETTERS = {"OT": "021"}
"""The finer code of an activity that is told without one, by the letters that UPS has for it."""
UNMOVED = "pre_transit"


def status_of(kind: str, status_code: str) -> str:
    """Return our word for an activity: delivered by its kind, else by the finer code, else by its kind."""
    if kind == "D":
        return BY_TYPE[kind]
    return FINER.get(status_code.zfill(3)) or BY_TYPE.get(kind, UNMOVED)
