"""The Slack adapter, against a Slack of our own."""

from __future__ import annotations
