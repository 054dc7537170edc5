"""The numbers say what happened, name nobody, and are there when the database is not."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from math import isnan

import pytest
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from bot.courier import Courier
from bot.domain.delivery import Attempt, Scope, Verdict
from bot.domain.health import Health
from bot.domain.subscription import Mute
from bot.glance import Glances
from bot.metrics import MOST_CODES, Metrics
from bot.ports import Refused, Settlement
from bot.readiness import Link
from bot.watcher import Poll
from storage.store import SqlStore
from tests.courier.scene import CURB, RADIO, Scene, seconds
from tests.fakes.broken_store import BrokenStore
from tests.fakes.clock import MIDDAY
from tests.stores import empty_store


class Counted:
    """A courier whose results are counted, and what the numbers come to."""

    def __init__(self, store: SqlStore) -> None:
        self.scene = Scene(store)
        self.up, self.ours = True, True
        self.metrics = Metrics(
            Glances(store, self.scene.clock),
            self.scene.clock,
            platforms=(CURB, RADIO),
            links=[Link("wire", "The wire", lambda: self.up, lambda: self.ours)],
            version="1.2.3",
        )
        chats = {CURB: self.scene.curb, RADIO: self.scene.radio}
        self.courier = Courier(store, chats, self.scene.clock, on_settled=self.metrics.settled)

    async def numbers(self) -> Mapping[str, float]:
        return numbers(await self.metrics.text())


def numbers(text: bytes) -> dict[str, float]:
    """Return each sample of ours by its name and labels, as in `steps_total{outcome=ok,platform=curb}`."""
    samples = {}
    for family in text_string_to_metric_families(text.decode()):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            name = sample.name.removeprefix("claudestatus_")
            samples[f"{name}{{{labels}}}" if labels else name] = sample.value
    return samples


@pytest.fixture
async def counted() -> AsyncIterator[Counted]:
    async with empty_store() as store:
        yield Counted(store)


async def test_steps_are_counted_by_platform_and_outcome(counted: Counted) -> None:
    for number, platform in ((1, CURB), (2, CURB), (3, RADIO)):
        await counted.scene.subscribe(number, platform=platform)
    await counted.scene.news()
    refusal = Refused(Verdict.PAUSE, Scope.CHANNEL, "channel_not_found", "It is gone.")
    counted.scene.radio.script(refusal)
    await counted.courier.run_dry()
    found = await counted.numbers()
    assert found["steps_total{outcome=ok,platform=curb,step=send}"] == 2
    assert found["steps_total{outcome=pause,platform=radio,step=send}"] == 1
    assert found["refusals_total{code=channel_not_found,platform=radio}"] == 1


async def test_lags_run_from_publication_and_from_when_we_saw_it(counted: Counted) -> None:
    await counted.scene.subscribe()
    await counted.scene.news()
    counted.scene.clock.advance(seconds(4))
    await counted.courier.run_dry()
    found = await counted.numbers()
    assert found["delivery_lag_seconds_sum{platform=curb}"] == 4
    assert found["published_to_delivered_seconds_sum{platform=curb}"] == 4
    assert found["delivery_lag_seconds_count{platform=curb}"] == 1


async def test_an_update_is_counted_once_though_its_card_is_edited(counted: Counted) -> None:
    await counted.scene.subscribe()
    await counted.scene.news("We look into it.")
    await counted.courier.run_dry()
    await counted.scene.rewritten("We look into it now.")
    await counted.courier.run_dry()
    found = await counted.numbers()
    assert found["steps_total{outcome=ok,platform=curb,step=edit}"] == 1
    assert found["delivery_lag_seconds_count{platform=curb}"] == 1


async def test_what_was_late_on_purpose_is_no_lag(counted: Counted) -> None:
    scene = counted.scene
    muted = await scene.subscribe(1)
    await scene.store.mute(muted, Mute(MIDDAY, MIDDAY + timedelta(minutes=20)), MIDDAY)
    await scene.news()
    scene.clock.advance(timedelta(minutes=30))
    await scene.subscribe(2)
    await counted.courier.run_dry()
    found = await counted.numbers()
    assert found["steps_total{outcome=ok,platform=curb,step=send}"] == 2
    assert "delivery_lag_seconds_count{platform=curb}" not in found


async def test_polls_are_counted_by_result_with_the_lags_of_what_they_saw(counted: Counted) -> None:
    counted.metrics.polled(Poll("read", transitions=2, lags=(seconds(7), seconds(9))))
    counted.metrics.polled(Poll("unreadable"))
    found = await counted.numbers()
    assert found["polls_total{result=read}"] == found["polls_total{result=unreadable}"] == 1
    assert (found["transitions_total"], found["seen_lag_seconds_sum"]) == (2, 16)


async def test_the_queue_is_what_is_due_now_with_its_age(counted: Counted) -> None:
    await counted.scene.subscribe()
    await counted.scene.news()
    counted.scene.clock.advance(seconds(90))
    found = await counted.numbers()
    assert (found["deliveries_due{platform=curb}"], found["oldest_due_seconds{platform=curb}"]) == (1, 90)
    assert (found["deliveries_due{platform=radio}"], found["oldest_due_seconds{platform=radio}"]) == (0, 0)


async def test_without_the_database_the_rest_is_told(counted: Counted) -> None:
    metrics = Metrics(
        Glances(BrokenStore(counted.scene.store), counted.scene.clock), counted.scene.clock, platforms=[CURB]
    )
    metrics.lagged(0.2)
    metrics.put_off(CURB)
    found = numbers(await metrics.text())
    assert found["database_up"] == 0
    assert found["event_loop_lag_seconds_sum"] == 0.2
    assert found["rate_waits_total{platform=curb}"] == 1
    assert isnan(found["page_readable"])
    assert not [name for name in found if name.startswith("deliveries_due")]


async def test_the_page_is_readable_until_three_polls_failed(counted: Counted) -> None:
    await counted.scene.store.set_health(Health(MIDDAY - seconds(25)))
    found = await counted.numbers()
    assert (found["page_readable"], found["page_read_age_seconds"], found["database_up"]) == (1, 25, 1)
    await counted.scene.store.set_health(Health(MIDDAY, failing_since=MIDDAY, failures=3))
    counted.scene.clock.advance(seconds(5))
    assert (await counted.numbers())["page_readable"] == 0


async def test_a_connection_is_told_by_whoever_has_to_keep_it(counted: Counted) -> None:
    assert (await counted.numbers())["connected{link=wire}"] == 1
    counted.up = False
    assert (await counted.numbers())["connected{link=wire}"] == 0
    counted.ours = False
    assert "connected{link=wire}" not in await counted.numbers()


async def test_a_platform_that_sends_a_thousand_codes_makes_no_thousand_numbers(counted: Counted) -> None:
    await counted.scene.subscribe(platform=RADIO)
    await counted.scene.news()
    (claim,) = await counted.scene.store.claim("somebody", [RADIO], 1, MIDDAY, seconds(60))
    for number in range(MOST_CODES + 20):
        attempt = Attempt(MIDDAY, "send", "card", "retry", f"code_{number}: No.")
        counted.metrics.settled(Settlement(claim, claim.delivery.noting(attempt), MIDDAY))
    found = await counted.numbers()
    codes = {name: value for name, value in found.items() if name.startswith("refusals_total")}
    assert len(codes) == MOST_CODES + 1
    assert codes["refusals_total{code=other,platform=radio}"] == 20


async def test_no_channel_or_workspace_is_named(counted: Counted) -> None:
    await counted.scene.subscribe(workspace="T0SECRET")
    await counted.scene.news("canary")
    await counted.courier.run_dry()
    text = (await counted.metrics.text()).decode()
    assert "steps_total" in text
    assert not re.search("T0SECRET|channel1|canary|incident1", text)


async def test_nothing_is_kept_in_the_process_at_large(counted: Counted) -> None:
    assert (await counted.numbers())["build_info{version=1.2.3}"] == 1
    assert "process_cpu_seconds_total" in await counted.numbers()
    assert not [family.name for family in REGISTRY.collect() if family.name.startswith("claudestatus")]
