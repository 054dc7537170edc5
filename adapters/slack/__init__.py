"""Slack: posts, edits and conversation over its Web API, Socket Mode or signed HTTP."""

from __future__ import annotations
