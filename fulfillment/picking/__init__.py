"""The pure core of the warehouse floor: the shortest walk for a pick list, and which orders are picked together."""
