"""Tests of reading the status page."""
