"""Tests of the papers: pick lists, packing slips and labels."""
