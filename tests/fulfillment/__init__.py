"""Tests of the fulfillment room."""
