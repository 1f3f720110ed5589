"""Cartons: the box, and where each piece lies."""
