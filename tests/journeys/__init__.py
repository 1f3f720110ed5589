"""Journeys: whole lives of orders through the doors that people and systems use."""
