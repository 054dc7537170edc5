"""What is sealed for one owner opens for that one, with the right key, unchanged; and for nobody else."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.installations import TokenUnreadable
from storage.cipher import Cipher
from tests.storage.keys import LOST, NEW, OLD

TOKEN = "xoxb-open-sesame"
OWNER = "slack:T1"
SEALED = Cipher([OLD]).seal(TOKEN, OWNER)


@given(st.text(), st.text())
def test_whatever_is_sealed_opens_again(text: str, owner: str) -> None:
    cipher = Cipher([OLD])
    assert cipher.open(cipher.seal(text, owner), owner) == text


def test_the_same_text_is_never_sealed_the_same_way() -> None:
    cipher = Cipher([OLD])
    assert len({cipher.seal(TOKEN, OWNER) for _ in range(100)}) == 100


def test_a_sealed_text_shows_neither_the_text_nor_the_key() -> None:
    _, name, body = SEALED.split(".")
    assert TOKEN not in SEALED
    assert TOKEN.encode() not in base64.urlsafe_b64decode(body)
    assert name not in OLD
    assert base64.urlsafe_b64decode(OLD).hex()[:8] != name


def test_sealed_for_one_workspace_it_opens_for_no_other() -> None:
    with pytest.raises(TokenUnreadable, match=r"slack:T2 cannot be decrypted.*install the app there again"):
        Cipher([OLD]).open(SEALED, "slack:T2")


def test_each_key_of_the_ring_opens_and_the_first_one_seals() -> None:
    ring = Cipher([NEW, OLD])
    assert ring.open(SEALED, OWNER) == TOKEN
    fresh = ring.seal(TOKEN, OWNER)
    assert Cipher([NEW]).open(fresh, OWNER) == TOKEN
    assert ring.is_current(fresh)
    assert not ring.is_current(SEALED)
    with pytest.raises(TokenUnreadable):
        Cipher([OLD]).open(fresh, OWNER)


def test_without_its_key_it_stays_shut_and_the_cure_is_named() -> None:
    with pytest.raises(TokenUnreadable, match="Put the key that sealed it into TOKEN_ENCRYPTION_KEY"):
        Cipher([LOST, NEW]).open(SEALED, OWNER)


@pytest.mark.parametrize("place", range(len(SEALED)))
def test_a_text_of_which_any_character_was_changed_does_not_open(place: int) -> None:
    other = "A" if SEALED[place] != "A" else "B"
    changed = SEALED[:place] + other + SEALED[place + 1 :]
    with pytest.raises(TokenUnreadable):
        Cipher([OLD]).open(changed, OWNER)


@pytest.mark.parametrize(
    "text",
    ["", "v1", "v1..", TOKEN, SEALED[:-9], SEALED + "AAAA", "v1.é.é", "\x00"],
    ids=["empty", "version", "dots", "token", "cut", "longer", "accents", "nul"],  # some differ in each run
)
def test_what_was_never_sealed_does_not_open(text: str) -> None:
    with pytest.raises(TokenUnreadable):
        Cipher([OLD]).open(text, OWNER)
    name = SEALED.split(".")[1]
    for body in ("", "AAAA", "é", "!" * 60, "A" * 1000):
        with pytest.raises(TokenUnreadable):
            Cipher([OLD]).open(f"v1.{name}.{body}", OWNER)
