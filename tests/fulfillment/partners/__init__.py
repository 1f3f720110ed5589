"""Tests of what is asked of third parties, and of the files that they are spoken to with."""
