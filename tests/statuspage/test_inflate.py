"""Bodies are decoded with a cap that holds while they arrive."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.statuspage.inflate import MAX_BYTES, Body
from bot.ports import Unreadable
from tests.statuspage.bomb import gzip_bomb


def decoded(encoding: str, data: bytes, step: int = 1000, limit: int = MAX_BYTES) -> bytes:
    body = Body(encoding, limit)
    for start in range(0, len(data), step):
        body.feed(data[start : start + step])
    return body.finish()


@given(st.binary(max_size=3000), st.integers(1, 500))
def test_a_body_is_the_same_in_whatever_pieces_it_comes(content: bytes, step: int) -> None:
    assert decoded("gzip", gzip.compress(content), step) == content
    assert decoded("", content, step) == content


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", " gzip "])
def test_gzip_is_inflated(encoding: str) -> None:
    assert decoded(encoding, gzip.compress(b"words " * 1000)) == b"words " * 1000


@pytest.mark.parametrize("encoding", ["", "identity", "Identity"])
def test_what_is_not_encoded_is_taken_as_it_is(encoding: str) -> None:
    assert decoded(encoding, b"\x1f\x8b words") == b"\x1f\x8b words"


@pytest.mark.parametrize("encoding", ["br", "zstd", "deflate", "compress", "gzip, gzip", "x\x1b[0m", "é"])
def test_an_encoding_nobody_asked_for_is_refused(encoding: str) -> None:
    with pytest.raises(Unreadable, match="nobody asked for") as caught:
        Body(encoding)
    assert caught.value.reason.isprintable()


@pytest.mark.parametrize("step", [1, 4096, 65_536, 600_000])
def test_a_bomb_stops_at_the_cap_in_little_memory(step: int) -> None:
    bomb = gzip_bomb()
    assert len(bomb) < 600_000
    tracemalloc.start()
    try:
        with pytest.raises(Unreadable, match="larger than 5 MiB"):
            decoded("gzip", bomb, step)
        assert tracemalloc.get_traced_memory()[1] < 20 * 1024 * 1024
    finally:
        tracemalloc.stop()


def test_the_cap_is_exact() -> None:
    for encoding, data in (("gzip", gzip.compress(b"x" * 1000)), ("", b"x" * 1000)):
        assert decoded(encoding, data, limit=1000) == b"x" * 1000
        with pytest.raises(Unreadable):
            decoded(encoding, data, limit=999)


def test_raw_bytes_that_never_decode_to_anything_are_capped_too() -> None:
    head = b"\x1f\x8b\x08\x10" + bytes(6)  # says that a name follows, which then never ends
    with pytest.raises(Unreadable, match="larger"):
        decoded("gzip", head + b"n" * 5000, limit=2000)


def test_damaged_gzip_is_refused() -> None:
    whole = gzip.compress(bytes(range(256)) * 20)
    for place in (0, 1, 12, len(whole) - 6):
        damaged = bytearray(whole)
        damaged[place] ^= 0xFF
        with pytest.raises(Unreadable, match=r"damaged|cut short"):
            decoded("gzip", bytes(damaged))


def test_gzip_that_is_cut_short_is_refused() -> None:
    whole = gzip.compress(b"words " * 1000)
    for length in range(len(whole)):
        with pytest.raises(Unreadable, match="cut short"):
            decoded("gzip", whole[:length])


@pytest.mark.parametrize("more", [gzip.compress(b"more", mtime=0), b"\x00", b"rubbish"])
def test_what_follows_the_end_of_gzip_is_refused(more: bytes) -> None:
    for step in (1, 10_000):
        with pytest.raises(Unreadable, match="after its end"):
            decoded("gzip", gzip.compress(b"words") + more, step)


def test_zlib_is_not_gzip() -> None:
    with pytest.raises(Unreadable, match="damaged"):
        decoded("gzip", zlib.compress(b"words"))
