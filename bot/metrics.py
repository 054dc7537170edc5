"""The numbers of this process for Prometheus; their labels are few and name nobody's channel or workspace."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from string import ascii_letters, digits

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

from bot.domain.delivery import Attempt
from bot.domain.lag import told_lags
from bot.domain.queue import Queue
from bot.glance import Glance, Glances
from bot.ports import Clock, Settlement
from bot.readiness import Link
from bot.watcher import Poll

LAGS = (1, 2, 3, 5, 8, 12, 16, 20, 30, 45, 60, 120, 300, 600, 1800, 3600, 21600)
"""Seconds; fine where the latency that we promise lies."""

LOOP_LAGS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)

MOST_CODES = 60
"""Of one platform; more than our tables know. What comes beyond them is counted as `other`."""

UNKNOWN = float("nan")

CODE_SIGNS = frozenset(ascii_letters + digits + "_.:-")


class Metrics:
    """Counts what the courier, the watcher and the loop tell, and looks at the rest when it is asked."""

    def __init__(
        self,
        glances: Glances,
        clock: Clock,
        *,
        platforms: Collection[str],
        links: Sequence[Link] = (),
        version: str = "",
    ) -> None:
        """*platforms* are those this process may deliver to."""
        self._glances = glances
        self._clock = clock
        self._platforms = sorted(platforms)
        self._links = links
        self._codes: dict[str, set[str]] = {}
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        _gauge(self, "build_info", "The version that runs.", "version").labels(version).set(1)
        self._make_counters()
        self._make_gauges()

    def _make_counters(self) -> None:
        self._steps = _counter(self, "steps", "Sends and edits tried.", "platform", "step", "outcome")
        self._refusals = _counter(self, "refusals", "Refused steps, by the code.", "platform", "code")
        self._waits = _counter(self, "rate_waits", "Steps put off until it is their turn.", "platform")
        self._polls = _counter(self, "polls", "Looks at the status page.", "result")
        self._transitions = _counter(self, "transitions", "What changed on the status page.")
        words = "From published to seen, of each update."
        self._seen = _histogram(self, "seen_lag_seconds", words, LAGS)
        words = "From seen to accepted by the platform, of each update and channel."
        self._sent = _histogram(self, "delivery_lag_seconds", words, LAGS, "platform")
        words = "From published to accepted by the platform, of each update and channel."
        self._total = _histogram(self, "published_to_delivered_seconds", words, LAGS, "platform")
        words = "How late the event loop was."
        self._loop = _histogram(self, "event_loop_lag_seconds", words, LOOP_LAGS)

    def _make_gauges(self) -> None:
        self._database = _gauge(self, "database_up", "1 where the database can be read and written.")
        self._due = _gauge(self, "deliveries_due", "Deliveries that are due now.", "platform")
        self._oldest = _gauge(self, "oldest_due_seconds", "Since when the oldest is due.", "platform")
        self._read_age = _gauge(self, "page_read_age_seconds", "Since the page was last read.")
        self._readable = _gauge(self, "page_readable", "0 where three polls in a row got no answer.")
        self._connected = _gauge(self, "connected", "1 while requests reach us.", "link")

    def settled(self, settlement: Settlement) -> None:
        """Count what came of one claim."""
        platform = settlement.claim.subscription.channel.platform
        attempts = settlement.delivery.trace
        if attempts and attempts != settlement.claim.delivery.trace:
            self._count_attempt(platform, attempts[-1])
        for lag in told_lags(settlement):
            self._sent.labels(platform).observe(lag.seen.total_seconds())
            self._total.labels(platform).observe(lag.published.total_seconds())

    def put_off(self, platform: str) -> None:
        """Count a step whose turn has not come."""
        self._waits.labels(platform).inc()

    def polled(self, poll: Poll) -> None:
        """Count one poll, and how long after its publication each new update was seen."""
        self._polls.labels(poll.result).inc()
        self._transitions.inc(poll.transitions)
        for lag in poll.lags:
            self._seen.observe(lag.total_seconds())

    def lagged(self, seconds: float) -> None:
        """Note by how much the event loop was late."""
        self._loop.observe(seconds)

    async def text(self) -> bytes:
        """Return everything as Prometheus reads it. It answers without the database, too."""
        glance = await self._glances.look()
        now = self._clock.now()
        self._database.set(glance is not None)
        self._due.clear()
        self._oldest.clear()
        self._read_age.set(UNKNOWN)
        self._readable.set(UNKNOWN)
        if glance is not None:
            self._show(glance, now)
        self._connected.clear()
        for link in self._links:
            if link.ours():
                self._connected.labels(link.label).set(link.connected())
        return generate_latest(self.registry)

    def _show(self, glance: Glance, now: datetime) -> None:
        self._readable.set(not glance.health.is_blind)
        if glance.health.read_at is not None:
            self._read_age.set(_seconds(now - glance.health.read_at))
        self._show_queue(glance.queue, now)

    def _show_queue(self, queue: Queue, now: datetime) -> None:
        for platform in self._platforms:
            waiting = queue.waiting.get(platform)
            self._due.labels(platform).set(waiting.count if waiting else 0)
            self._oldest.labels(platform).set(_seconds(now - waiting.since) if waiting else 0)

    def _count_attempt(self, platform: str, attempt: Attempt) -> None:
        self._steps.labels(platform, attempt.step, attempt.outcome).inc()
        if attempt.outcome not in {"ok", "held"}:
            self._refusals.labels(platform, self._bounded(platform, _code(attempt))).inc()

    def _bounded(self, platform: str, code: str) -> str:
        """Return *code*, or `other` where too many are known already: a platform may send any."""
        codes = self._codes.setdefault(platform, set())
        if code not in codes and len(codes) >= MOST_CODES:
            return "other"
        codes.add(code)
        return code


def _code(attempt: Attempt) -> str:
    """Return the code that a refusal's detail begins with, `other` where it is no word."""
    code, colon, _ = attempt.detail.partition(": ")
    return code if colon and 0 < len(code) <= 40 and CODE_SIGNS.issuperset(code) else "other"


def _seconds(length: timedelta) -> float:
    return max(0.0, length.total_seconds())


def _counter(metrics: Metrics, name: str, words: str, *labels: str) -> Counter:
    return Counter(name, words, labels, namespace="claudestatus", registry=metrics.registry)


def _gauge(metrics: Metrics, name: str, words: str, *labels: str) -> Gauge:
    return Gauge(name, words, labels, namespace="claudestatus", registry=metrics.registry)


def _histogram(metrics: Metrics, name: str, words: str, buckets: Sequence[float], *labels: str) -> Histogram:
    return Histogram(
        name, words, labels, namespace="claudestatus", registry=metrics.registry, buckets=buckets
    )
