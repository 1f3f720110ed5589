"""Scarcity fees: asked for, learned from a past day, put into force, and read by sourcing."""
