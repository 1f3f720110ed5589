"""ShipGlobal: its API v1, for parcels from India to other countries."""
