"""What Slack's secret proves, and what proves nothing."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict
from slack_sdk.signature import SignatureVerifier

from adapters.slack.signature import Claim, Signatures
from tests.fakes.clock import SetClock

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
BODY = b"command=%2Fclaudestatus&text=history"


def stamp(clock: SetClock, ago: int = 0) -> str:
    return str(int(clock.now().timestamp()) - ago)


def sign(secret: str, timestamp: str, body: bytes = BODY) -> str:
    signed = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def is_genuine(
    signatures: Signatures, headers: list[tuple[str, str]] | dict[str, str], body: bytes = BODY
) -> bool:
    claim = signatures.claim(CIMultiDict(headers))
    return claim is not None and signatures.proves(claim, body)


def proof(timestamp: str, signature: str) -> dict[str, str]:
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signature}


def test_what_slack_s_own_library_signs_is_genuine() -> None:
    clock = SetClock()
    now = stamp(clock)
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=now, body=BODY)
    assert signature is not None
    assert is_genuine(Signatures([SECRET], clock), proof(now, signature))


def test_the_example_of_slack_s_documentation_is_genuine() -> None:
    """https://docs.slack.dev/authentication/verifying-requests-from-slack, a step by step walk-through."""
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F"
        b"96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    signature = b"v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    signatures = Signatures([SECRET], SetClock())
    assert signatures.proves(Claim(b"1531420618", signature), body)
    assert not signatures.proves(Claim(b"1531420619", signature), body)


def test_either_of_two_secrets_proves_while_one_replaces_the_other() -> None:
    clock = SetClock()
    now = stamp(clock)
    both = Signatures(["old-secret", "new-secret"], clock)
    assert is_genuine(both, proof(now, sign("old-secret", now)))
    assert is_genuine(both, proof(now, sign("new-secret", now)))
    assert not is_genuine(both, proof(now, sign("third-secret", now)))


@pytest.mark.parametrize("secrets", [[], [""], ["good", ""], ["  "]])
def test_an_empty_secret_is_refused_because_anybody_could_sign_with_it(secrets: list[str]) -> None:
    with pytest.raises(ValueError, match="SLACK_SIGNING_SECRET"):
        Signatures(secrets, SetClock())


@pytest.mark.parametrize(
    ("ago", "genuine"), [(0, True), (300, True), (-300, True), (301, False), (-301, False)]
)
def test_the_time_of_a_request_may_be_five_minutes_from_ours(ago: int, genuine: bool) -> None:
    clock = SetClock()
    then = stamp(clock, ago)
    assert is_genuine(Signatures([SECRET], clock), proof(then, sign(SECRET, then))) is genuine


def test_a_replay_is_refused_by_its_time_later_on() -> None:
    clock = SetClock()
    now = stamp(clock)
    headers = proof(now, sign(SECRET, now))
    signatures = Signatures([SECRET], clock)
    assert is_genuine(signatures, headers)
    clock.advance(timedelta(minutes=5, seconds=1))
    assert not is_genuine(signatures, headers)


def test_another_body_or_time_or_signature_is_not_genuine() -> None:
    clock = SetClock()
    now, signatures = stamp(clock), Signatures([SECRET], clock)
    right = sign(SECRET, now)
    assert not is_genuine(signatures, proof(now, right), BODY + b"&")
    assert not is_genuine(signatures, proof(stamp(clock, 1), right))
    assert not is_genuine(signatures, proof(now, right[:-1]))
    assert not is_genuine(signatures, proof(now, right.replace("v0=", "v1=")))
    assert not is_genuine(signatures, proof(now, right.upper()))


def test_headers_without_exactly_one_of_each_claim_nothing() -> None:
    clock = SetClock()
    now = stamp(clock)
    right = proof(now, sign(SECRET, now))
    signatures = Signatures([SECRET], clock)
    for name in right:
        assert not is_genuine(signatures, {key: value for key, value in right.items() if key != name})
        assert not is_genuine(signatures, [*right.items(), (name, right[name])])


ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


@pytest.mark.parametrize(
    "shape", ["", " ", "{} ", " {}", "+{}", "-{}", "{}.0", "{}e0", "{}\n", "{}_0", "0x{}"]
)
@pytest.mark.parametrize("more", ["", "NaN", "²", "\udcff", "9" * 13, "9" * 5000])
def test_a_timestamp_that_is_no_number_of_seconds_claims_nothing_even_when_signed(
    shape: str, more: str
) -> None:
    clock = SetClock()
    for timestamp in (shape.format(stamp(clock)) + more, stamp(clock).translate(ARABIC)):
        signature = sign(SECRET, timestamp.encode("utf-8", "replace").decode())
        assert Signatures([SECRET], clock).claim(CIMultiDict(proof(timestamp, signature))) is None


@pytest.mark.parametrize(
    "signature", ["", "v0=", "v0", "\udcff" * 64, "v0=ü", "é" * 67, "v0=" + "0" * 10_000]
)
def test_a_signature_of_another_shape_proves_nothing(signature: str) -> None:
    clock = SetClock()
    assert not is_genuine(Signatures([SECRET], clock), proof(stamp(clock), signature))


@given(timestamp=st.text(max_size=30), signature=st.text(max_size=120), body=st.binary(max_size=200))
def test_nothing_made_up_is_genuine_and_nothing_raises(timestamp: str, signature: str, body: bytes) -> None:
    signatures = Signatures([SECRET], SetClock())
    assert not is_genuine(signatures, proof(timestamp, signature), body)
