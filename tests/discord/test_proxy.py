"""Discord is reached through the proxy of the usual variables; loopback and NO_PROXY are reached directly."""

from __future__ import annotations

import pytest

from adapters.discord.proxy import proxy_for

API, GATEWAY = "https://discord.com/api/v10", "wss://gateway.discord.gg/"


@pytest.mark.parametrize(
    ("variables", "address", "proxy"),
    [
        ({}, API, None),
        ({"HTTPS_PROXY": "http://proxy:3128"}, API, "http://proxy:3128"),
        ({"https_proxy": "http://proxy:3128"}, GATEWAY, "http://proxy:3128"),
        ({"HTTPS_PROXY": "proxy:3128"}, API, "http://proxy:3128"),
        ({"HTTPS_PROXY": "http://me:secret@proxy:3128"}, API, "http://me:secret@proxy:3128"),
        ({"ALL_PROXY": "http://proxy:1"}, GATEWAY, "http://proxy:1"),
        ({"HTTP_PROXY": "http://proxy:3128"}, API, None),
        ({"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "discord.com"}, API, None),
        ({"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "example.com"}, API, "http://proxy:3128"),
        ({"HTTP_PROXY": "http://proxy:3128"}, "http://127.0.0.1:4200/api/v10", None),
        ({"HTTPS_PROXY": "http://proxy:3128", "ALL_PROXY": "http://p:1"}, "ws://localhost:1/gateway", None),
    ],
)
def test_the_way_out_is_that_of_the_usual_variables(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], address: str, proxy: str | None
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert proxy_for(address) == proxy
