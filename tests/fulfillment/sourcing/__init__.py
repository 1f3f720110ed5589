"""Tests of the sourcing core."""
