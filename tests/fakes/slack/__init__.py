"""A Slack of our own on loopback: what it accepts is written down, and it can be made to fail."""

from __future__ import annotations
