"""What the clocks call for: polling, delivering, forgetting."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.domain.answer import answer
from bot.domain.message import Message
from bot.domain.words import duration
from bot.jobs import Jobs
from bot.parts import Bot, Role

COURIER_EVERY = timedelta(seconds=0.5)
AFTERMATH_EVERY = timedelta(seconds=1)
RETENTION_EVERY = timedelta(minutes=10)


class Duties:
    """What the clocks call for."""

    def __init__(self, bot: Bot, jobs: Jobs) -> None:
        self._bot = bot
        self._jobs = jobs
        self._sighted: bool | None = None

    async def poll(self) -> None:
        """Read the page, and say so when we stop or begin to see."""
        poll = await self._bot.watcher.tick()
        await self._tell_sight()
        heartbeat = self._bot.heartbeat
        if poll.result in {"read", "unchanged"} and heartbeat and not self._jobs.runs("beat"):
            self._jobs.begin("beat", heartbeat.beat())

    async def deliver(self) -> None:
        """Serve what is due."""
        await self._bot.courier.tick()

    async def tell_refusals(self) -> None:
        """Tell people in Slack where the notice of what they changed was refused."""
        if self._bot.slack:
            await self._bot.slack.aftermath.tick()

    async def forget(self) -> None:
        """Delete one batch of what retention no longer keeps."""
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
    duties = Duties(bot, jobs)
    table: list[tuple[set[Role], Callable[[], Awaitable[None]], timedelta, float]] = [
        ({Role.WATCH}, duties.poll, every, min(0.5, every.total_seconds() / 20)),
        ({Role.DELIVER}, duties.deliver, COURIER_EVERY, 0.05),
        ({Role.SLACK, Role.WEB}, duties.tell_refusals, AFTERMATH_EVERY, 0.1),
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
