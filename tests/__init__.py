"""The tests: one folder a room, then journeys, contracts, concurrency and the architecture."""
