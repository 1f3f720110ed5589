"""Tests of the door for webhooks."""
