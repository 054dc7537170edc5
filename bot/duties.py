"""What the clocks call for: polling, delivering, forgetting."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from adapters.slack.dead_tokens import ROUND_EVERY
from bot.domain.answer import answer
from bot.domain.message import Message
from bot.domain.words import duration
from bot.doorbell import LISTEN_EVERY, Doorbell
from bot.jobs import Jobs
from bot.parts import Bot, Role

log = logging.getLogger(__name__)

LEADS_EVERY = timedelta(seconds=1)
LIMITS_EVERY = timedelta(seconds=1)
COURIER_EVERY = timedelta(seconds=0.5)
AFTERMATH_EVERY = timedelta(seconds=1)
RETENTION_EVERY = timedelta(minutes=10)


class Duties:
    """What the clocks call for."""

    def __init__(self, bot: Bot, jobs: Jobs, poll_at_once: Callable[[], None]) -> None:
        """*poll_at_once* lets the clock of the polls strike now."""
        self._bot = bot
        self._jobs = jobs
        self._poll_at_once = poll_at_once
        self._sighted: bool | None = None
        self._doorbell = Doorbell(bot.store, bot.clock, self._poll_begins)

    async def poll(self) -> None:
        """Read the page, and say so when we stop or begin to see."""
        poll = await self._bot.watcher.tick()
        self._bot.operations.metrics.polled(poll)
        level = logging.INFO if poll.result == "read" else logging.DEBUG
        log.log(level, "polled result=%s transitions=%d due=%d", poll.result, poll.transitions, poll.due)
        if poll.result == "standby":
            return
        await self._tell_sight()
        heartbeat = self._bot.heartbeat
        if poll.result in {"read", "unchanged"} and heartbeat and not self._jobs.runs("beat"):
            self._jobs.begin("beat", heartbeat.beat())

    async def answer_the_door(self) -> None:
        """Poll at once where somebody rang and we are who watches."""
        if self._watches and self._bot.settings.status_webhook_secret is not None:
            await self._doorbell.tick()

    def _poll_begins(self) -> bool:
        """Let a poll begin now; False while one is under way."""
        if self._jobs.runs(Duties.poll.__name__):
            return False
        self._poll_at_once()
        return True

    async def lead(self) -> None:
        """Keep the leads this process has, and take those that are free; a new watcher polls at once."""
        watched = self._watches
        try:
            await self._bot.leads.keep()
        finally:
            if self._watches and not watched:
                self._poll_at_once()

    @property
    def _watches(self) -> bool:
        """True while it is we who watch, of those who may."""
        watch = self._bot.leads.watch
        return watch is None or watch.held

    async def deliver(self) -> None:
        """Serve what is due."""
        await self._bot.courier.tick()

    async def share_limits(self) -> None:
        """Tell other processes, and be told, how fast Slack's workspaces take calls."""
        if self._bot.slack and self._bot.slack.limits:
            await self._bot.slack.limits.tick()

    async def tell_refusals(self) -> None:
        """Tell people in Slack where the notice of what they changed was refused."""
        if self._bot.slack:
            await self._bot.slack.aftermath.tick()

    async def find_removals(self) -> None:
        """Find workspaces of Slack that removed the app without our hearing of it."""
        if self._bot.slack and self._bot.slack.dead_tokens:
            await self._bot.slack.dead_tokens.tick()

    async def forget(self) -> None:
        """Delete one batch of what retention no longer keeps, where nobody else does."""
        if self._watches:
            await self._bot.store.forget(self._bot.clock.now())

    async def _tell_sight(self) -> None:
        """Print the answer at the first poll, and whenever our sight of the page is lost or comes back."""
        sighted = not self._bot.watcher.health.is_blind
        if sighted == self._sighted:
            return
        self._sighted = sighted
        self._bot.terminal.show(await present_answer(self._bot))
        if not sighted:
            self._bot.terminal.write(_next_try(self._bot) + "\n\n")
            self._bot.terminal.flush()


def _next_try(bot: Bot) -> str:
    wait = timedelta(seconds=bot.settings.poll_seconds)
    if bot.watcher.next_try is not None:
        wait = max(wait, bot.watcher.next_try - bot.clock.now())
    return f"Next try in {duration(wait)}."


async def present_answer(bot: Bot) -> Message:
    """Return the answer as `/claudestatus` gives it now."""
    known, health = await bot.store.known(), await bot.store.health()
    return answer(known, health, bot.clock.now(), bot.settings.status_page_url).message


def clocks(bot: Bot, jobs: Jobs) -> AsyncIOScheduler:
    """Return the clocks, not yet started; each job runs alone and makes up for no missed turn."""
    scheduler = AsyncIOScheduler(
        timezone="UTC", job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
    )
    every = timedelta(seconds=bot.settings.poll_seconds)

    def poll_at_once() -> None:
        scheduler.modify_job(Duties.poll.__name__, next_run_time=bot.clock.now())

    duties = Duties(bot, jobs, poll_at_once)
    table: list[tuple[set[Role], Callable[[], Awaitable[None]], timedelta, float]] = [
        (set(Role), duties.lead, LEADS_EVERY, 0),
        ({Role.WATCH}, duties.poll, every, min(0.5, every.total_seconds() / 20)),
        ({Role.WATCH}, duties.answer_the_door, LISTEN_EVERY, 0.1),
        ({Role.DELIVER}, duties.deliver, COURIER_EVERY, 0.05),
        ({Role.DELIVER, Role.SLACK, Role.WEB}, duties.share_limits, LIMITS_EVERY, 0.1),
        ({Role.SLACK, Role.WEB}, duties.tell_refusals, AFTERMATH_EVERY, 0.1),
        ({Role.DELIVER}, duties.find_removals, ROUND_EVERY, 30),
        ({Role.WATCH}, duties.forget, RETENTION_EVERY, 60),
    ]
    for roles, job, interval, jitter in table:
        if roles & bot.options.roles:
            scheduler.add_job(
                jobs.run,
                "interval",
                args=[job],
                id=job.__name__,
                seconds=interval.total_seconds(),
                jitter=jitter,
                next_run_time=bot.clock.now(),
            )
    return scheduler
