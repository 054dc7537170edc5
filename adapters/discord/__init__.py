"""Discord: posts, edits and conversation over its REST API and its gateway."""

from __future__ import annotations
