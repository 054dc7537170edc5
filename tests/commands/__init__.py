"""Tests of the commands, on a real store."""
