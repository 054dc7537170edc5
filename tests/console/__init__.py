"""Tests of the terminal as a chat platform."""

from __future__ import annotations
