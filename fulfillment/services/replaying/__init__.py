"""Replaying a past period: every decision again under its own rules, and the period under others."""
