"""Tests of replaying recordings."""

from __future__ import annotations
