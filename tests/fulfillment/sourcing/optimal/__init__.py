"""Least-cost sourcing."""
