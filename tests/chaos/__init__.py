"""Chaos: whole order lives through the real processes while these are killed, with three independent witnesses."""
