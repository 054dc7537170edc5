"""What may happen to a read between the page and us: each time it is one failed read with a reason."""

from __future__ import annotations

import socket
import time
import tracemalloc
from collections.abc import Callable

import httpx
import pytest

from adapters.statuspage.client import StatusPage, open_status_page
from adapters.statuspage.failures import in_words
from adapters.statuspage.transfer import open_client
from bot.domain.status import Endpoint
from bot.ports import Unreadable
from tests.factories import encode, incidents_document, summary
from tests.fakes.page import Answer, FakePage, Fault, Raw, Reset, Silence
from tests.statuspage.bomb import gzip_bomb
from tests.statuspage.deadlines import AMPLE, SHORT

SUMMARY = Endpoint.SUMMARY
BODY = encode(summary())
OK = b"HTTP/1.1 200 OK\r\n"


async def reason(source: StatusPage, endpoint: Endpoint = SUMMARY) -> str:
    with pytest.raises(Unreadable) as caught:
        await source.read(endpoint, None)
    assert not caught.value.refused
    return caught.value.reason


@pytest.mark.parametrize(
    "fault",
    [
        Silence(),
        Silence(OK + b"Content-Le"),
        Silence(OK + b"Content-Length: 1000\r\n\r\n{"),
        Raw(OK + b"X-Slow: " + b"x" * 1000, pace=0.01),
        Raw(OK + b"Content-Length: 1000\r\n\r\n" + b" " * 1000, pace=0.01),
    ],
    ids=["silence", "half a head", "half a body", "a head drop by drop", "a body drop by drop"],
)
async def test_a_read_ends_at_its_deadline(page: FakePage, hasty: StatusPage, fault: Fault) -> None:
    page.fault = fault
    started = time.monotonic()
    assert await reason(hasty) == "no complete answer came within 0.2 s"
    assert time.monotonic() - started < 5


async def test_the_feed_ends_at_the_deadline_too(page: FakePage, hasty: StatusPage) -> None:
    page.fault = Silence()
    with pytest.raises(Unreadable, match="within"):
        await hasty.headlines()


async def test_after_reads_that_failed_the_next_one_is_as_good_as_ever(page: FakePage) -> None:
    page.show(SUMMARY, summary())
    async with open_client() as client:
        page.script(SUMMARY, Silence(), Silence(OK), Reset(), Raw(b""), Answer(500))
        for deadline in (SHORT, SHORT, AMPLE, AMPLE, AMPLE):
            with pytest.raises(Unreadable):
                await StatusPage(page.url, client, deadline).read(SUMMARY, None)
        assert (await StatusPage(page.url, client, AMPLE).read(SUMMARY, None)).snapshot


@pytest.mark.parametrize(
    "fault",
    [
        Raw(b""),
        Reset(),
        Reset(OK + b"Content-Length: 1000\r\n\r\n{"),
        Raw(OK + b"Content-Length: 1000000\r\n\r\n" + BODY),
        Raw(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"),
        Raw(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
        Raw(OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"),
        Raw(OK + b"Content-Length: -1\r\n\r\n"),
        Raw(OK + b"X-Long: " + b"x" * 1_000_000 + b"\r\n\r\n"),
        Raw(OK + b"".join(b"X-%d: y\r\n" % number for number in range(50_000)) + b"\r\n"),
        Raw(OK + b"Bad Header\r\n\r\n"),
        Raw(b"SSH-2.0-OpenSSH_9.6\r\n"),
        Raw(b"HTTP/1.1 banana\r\n\r\n"),
        Raw(b"\x16\x03\x01\x02\x00"),
    ],
    ids=range(14),
)
async def test_what_is_not_http_or_breaks_off_is_unreadable(
    page: FakePage, source: StatusPage, fault: Fault
) -> None:
    page.fault = fault
    assert "broke off" in await reason(source)


async def test_a_body_that_breaks_off_without_a_trace_is_no_document(
    page: FakePage, source: StatusPage
) -> None:
    """Without a length only the JSON tells."""
    page.fault = Raw(OK + b"Connection: close\r\n\r\n" + BODY[: len(BODY) // 2])
    assert "damaged" in await reason(source)


async def test_an_interim_answer_is_passed_over(page: FakePage, source: StatusPage) -> None:
    head = OK + b"Content-Length: %d\r\n\r\n" % len(BODY)
    page.fault = Raw(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n" + head + BODY)
    assert (await source.read(SUMMARY, None)).snapshot


async def test_a_bomb_is_unreadable_and_takes_little_memory(page: FakePage, source: StatusPage) -> None:
    page.show(SUMMARY, summary())
    await source.read(SUMMARY, None)
    page.fault = Answer(200, (("Content-Encoding", "gzip"),), gzip_bomb())
    tracemalloc.start()
    try:
        assert await reason(source) == "the answer is larger than 5 MiB"
        assert tracemalloc.get_traced_memory()[1] < 20 * 1024 * 1024
    finally:
        tracemalloc.stop()


async def test_an_endless_body_is_cut_at_the_cap(page: FakePage, source: StatusPage) -> None:
    page.fault = Answer(200, (), b" " * (20 * 1024 * 1024))
    assert "larger than 5 MiB" in await reason(source)


@pytest.mark.parametrize("encoding", ["br", "zstd", "deflate", "gzip, gzip"])
async def test_an_encoding_nobody_asked_for_is_unreadable(
    page: FakePage, source: StatusPage, encoding: str
) -> None:
    page.fault = Answer(200, (("Content-Encoding", encoding),), BODY)
    assert "nobody asked for" in await reason(source)


async def test_gzip_that_is_none_is_unreadable(page: FakePage, source: StatusPage) -> None:
    page.fault = Answer(200, (("Content-Encoding", "gzip"),), BODY)
    assert "damaged" in await reason(source)


async def test_nobody_listening_is_unreadable() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    async with open_status_page(f"http://127.0.0.1:{port}") as source:
        assert await reason(source) == "the connection was refused"


def raised_behind(failure: Exception) -> httpx.ConnectError:
    error = httpx.ConnectError("All connection attempts failed for https://user:secret@status.example.com")
    error.__cause__ = OSError("All connection attempts failed")
    error.__cause__.__cause__ = failure
    return error


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (
            lambda: raised_behind(socket.gaierror(-2, "secret not known")),
            "its host name could not be looked up (DNS)",
        ),
        (
            lambda: raised_behind(ExceptionGroup("two", [OSError("a"), ConnectionRefusedError("secret")])),
            "the connection was refused",
        ),
        (lambda: raised_behind(OSError(113, "No route to secret")), "it could not be reached"),
        (lambda: httpx.ProxyError("407 secret"), "the proxy would not connect us"),
        (lambda: httpx.ReadError("secret"), "the connection broke off"),
        (lambda: OSError("secret"), "the network failed"),
        (lambda: KeyError("secret"), "it failed in a way nobody foresaw (KeyError)"),
    ],
)
def test_a_failure_is_told_in_words_and_without_what_it_held(
    failure: Callable[[], Exception], words: str
) -> None:
    assert in_words(failure()) == words


async def test_a_proxy_variable_is_respected_but_not_for_loopback(
    page: FakePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", page.url)
    outside = "http://status.example.com"
    page.show(outside + Endpoint.INCIDENTS, incidents_document())
    page.show(Endpoint.INCIDENTS, incidents_document())
    for url in (outside, page.url, page.url.replace("127.0.0.1", "localhost")):
        async with open_status_page(url) as source:
            assert (await source.read(Endpoint.INCIDENTS, None)).snapshot
    inside = str(Endpoint.INCIDENTS)
    assert [request.path for request in page.requests] == [outside + inside, inside, inside]


async def test_no_proxy_is_respected(page: FakePage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", page.url)
    monkeypatch.setenv("NO_PROXY", "127.0.0.2")
    async with open_status_page(page.url.replace("127.0.0.1", "127.0.0.2")) as source:
        assert await reason(source) == "the connection was refused"
    assert page.requests == []


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "gopher://x", "http://[::1"])
async def test_a_proxy_that_cannot_be_used_is_named_with_its_cure(
    proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(ValueError, match=r"HTTPS_PROXY.*unset the variable") as caught:
        async with open_status_page("https://status.example.com"):
            pass
    assert proxy not in str(caught.value)
