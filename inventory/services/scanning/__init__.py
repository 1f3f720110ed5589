"""Stock work by scans: put away, move, count and receive, each reading counted once."""

from inventory.services.scanning.counting import count_scan
from inventory.services.scanning.once import Answer, Hand, Read, drop_hand, hand_of, once
from inventory.services.scanning.putting import move_scan, put_away_scan, waiting_pieces
from inventory.services.scanning.receiving import receive_scan

__all__ = [
    "Answer",
    "Hand",
    "Read",
    "count_scan",
    "drop_hand",
    "hand_of",
    "move_scan",
    "once",
    "put_away_scan",
    "receive_scan",
    "waiting_pieces",
]
