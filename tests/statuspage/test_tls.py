"""Certificates are verified, and nothing turns that off."""

from __future__ import annotations

import gc
import ssl
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from adapters.statuspage.client import open_status_page
from bot.domain.status import Endpoint
from bot.ports import Unreadable
from tests.factories import summary
from tests.fakes.page import fake_page

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def server_context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


@pytest.fixture
def authority(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> trustme.CA:
    """An authority that this machine trusts."""
    authority = trustme.CA()
    file = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(file))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    return authority


async def reason(context: ssl.SSLContext) -> str:
    async with fake_page(context) as page, open_status_page(page.url) as source:
        page.show(Endpoint.SUMMARY, summary())
        with pytest.raises(Unreadable) as caught:
            await source.read(Endpoint.SUMMARY, None)
        assert page.requests == []
        assert not caught.value.refused
        return caught.value.reason


async def test_a_certificate_of_a_trusted_authority_is_accepted(authority: trustme.CA) -> None:
    async with (
        fake_page(server_context(authority.issue_cert("localhost"))) as page,
        open_status_page(page.url) as source,
    ):
        page.show(Endpoint.SUMMARY, summary())
        assert (await source.read(Endpoint.SUMMARY, None)).snapshot


async def test_a_certificate_of_an_unknown_authority_is_refused() -> None:
    words = await reason(server_context(trustme.CA().issue_cert("localhost")))
    assert words.startswith("its certificate is not valid (")


async def test_a_certificate_of_another_host_is_refused(authority: trustme.CA) -> None:
    words = await reason(server_context(authority.issue_cert("status.example.com")))
    assert words.startswith("its certificate is not valid (")


async def test_a_certificate_that_ran_out_is_refused(authority: trustme.CA) -> None:
    certificate = authority.issue_cert(
        "localhost", not_before=LONG_AGO, not_after=LONG_AGO.replace(year=2021)
    )
    assert (
        await reason(server_context(certificate)) == "its certificate is not valid (certificate has expired)"
    )


@pytest.mark.parametrize("name", ["PYTHONHTTPSVERIFY", "SSL_NO_VERIFY", "CURL_INSECURE"])
async def test_no_variable_turns_verification_off(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "0" if name == "PYTHONHTTPSVERIFY" else "1")
    assert "certificate" in await reason(server_context(trustme.CA().issue_cert("localhost")))


async def test_a_version_of_tls_that_is_no_longer_safe_is_refused(authority: trustme.CA) -> None:
    context = server_context(authority.issue_cert("localhost"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that is the point
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    assert await reason(context) == "no secure connection could be made (TLS)"


async def test_a_handshake_that_nobody_answers_ends_before_the_deadline() -> None:
    """So that its socket is closed, or else the warning about it fails this test."""
    async with fake_page() as page:
        url = page.url.replace("http:", "https:")
        async with open_status_page(url, timedelta(seconds=2)) as source:
            with pytest.raises(Unreadable, match="within 2 s"):
                await source.read(Endpoint.SUMMARY, None)
    gc.collect()
