"""Tests of the Discord adapter."""

from __future__ import annotations
