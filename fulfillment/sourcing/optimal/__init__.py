"""Sourcing at the least cost: one order exactly, a stream with scarcity fees, a pool of waiting orders jointly."""
