"""Carriers: one protocol, one adapter a carrier, found by code."""
