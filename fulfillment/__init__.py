"""Matching: who ships what, how, and how far it is."""
