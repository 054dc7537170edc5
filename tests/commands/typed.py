"""Texts as people type them, and as nobody would."""

from __future__ import annotations

from hypothesis import strategies as st

WORDS_AND_SIGNS = """
subscribe settings mute why is claude , = : “ ” ' " components impact quiet zone reminder mention all 2h
99999w 22-7 off critical style= components= impact= quiet= /claudestatus 🔥 ａ
"""
PIECES = st.sampled_from([*WORDS_AND_SIGNS.split(), "\ud800", "\x00", "\u202e"])
TYPED = st.one_of(st.text(max_size=60), st.lists(PIECES).map(" ".join), st.lists(PIECES).map("".join))
