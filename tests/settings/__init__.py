"""Tests of reading the settings."""

from __future__ import annotations
