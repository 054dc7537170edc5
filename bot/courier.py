"""The courier: takes one step at a time towards what each channel should show, and writes it down."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from bot.complaints import Complaints
from bot.domain.delivery import Delivery, Edit, Scope, Send, Step, Verdict
from bot.domain.holds import Holds
from bot.domain.outcomes import edited, held, sent
from bot.domain.subscription import State
from bot.failures import kind_and_place
from bot.leading import Lead
from bot.ports import Chat, Claim, Clock, NotYet, Refused, Settlement, Store
from bot.results import Results
from bot.step import look, name, refused, settled

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=40)
"""How long a claim is ours: longer than a platform is given to answer, and short enough that what a killed
process left behind is served within a minute."""

FRESH = timedelta(seconds=20)
"""So long after it was claimed a step may begin: there is time left to end it, and to write it down."""

ASKED_TO_PAUSE = "the platform asked for a pause"
NOT_ITS_TURN = "many messages are due there at once"
"""Why a delivery waits untried."""

IN_FLIGHT = 100  # per platform; more requests at once only add loop lag


class Courier:
    """Serves the deliveries of some platforms. What it holds in memory may be lost at any moment."""

    def __init__(  # noqa: PLR0913  each part by its name
        self,
        store: Store,
        chats: Mapping[str, Chat],
        clock: Clock,
        *,
        owner: str = "courier",
        page_url: str = "",
        in_flight: int = IN_FLIGHT,
        leads: Mapping[str, Lead] | None = None,
        on_settled: Callable[[Settlement], None] = lambda _: None,
        on_put_off: Callable[[str], None] = lambda _: None,
    ) -> None:
        """*chats* by platform name; *owner* names this process; *on_settled* sees each written result, and
        none that came too late, *on_put_off* the platform of a step whose turn has not come. *page_url* is
        for a page never read. *in_flight* bounds each platform for itself: one that hangs takes no room from
        others. *leads* are by platform, for those that one process alone sends to.
        """
        self._store = store
        self._chats = chats
        self._clock = clock
        self._owner = owner
        self._page_url = page_url
        self._in_flight = in_flight
        self._leads = leads or {}
        self._on_put_off = on_put_off
        self._serving: dict[asyncio.Task[None], str] = {}
        self._claiming = asyncio.Lock()
        self._holds = Holds()
        self._begun = 0
        self._more_is_due: set[str] = set()
        self._complaints = Complaints()
        self._results = Results(store, clock, on_settled, self._complaints)
        self._stopping = False

    async def tick(self) -> int:
        """Claim what is due, as far as there is room, and begin to serve it. Returns how much was claimed.

        Results that could not be written yet go first: as long as they wait nothing new is begun. Raises
        what the store does.
        """
        await self._results.write()
        async with self._claiming:
            return sum([await self._claim(platform) for platform in self._chats])

    async def _claim(self, platform: str) -> int:
        room = self._room(platform)
        if self._stopping or self._results or room <= 0 or not self._may_send(platform):
            return 0
        now = self._clock.now()
        claims = await self._store.claim(self._owner, (platform,), room, now, LEASE)
        self._more_is_due.discard(platform)
        if len(claims) == room:
            self._more_is_due.add(platform)
        for claim in claims:
            self._begin(claim if claim.page_url else replace(claim, page_url=self._page_url), now)
        return len(claims)

    def _may_send(self, platform: str) -> bool:
        """Tell whether this process is among those who send to *platform*."""
        lead = self._leads.get(platform)
        return lead is None or lead.held

    async def run_dry(self) -> int:
        """Serve until nothing is due. Returns how many claims that took."""
        before = self._begun
        while True:
            idle = not self._serving  # else room may have been freed while we claimed, and not been filled
            claimed = await self.tick()
            if self._serving:
                await asyncio.wait(set(self._serving))
            elif idle and not claimed:
                return self._begun - before

    async def drain(self, limit: timedelta) -> bool:
        """Begin nothing new and finish what is in flight, for at most *limit*; False if some was left.

        What is left stays leased: whoever comes next treats it as of unknown outcome.
        """
        self._stopping = True
        finishing = asyncio.create_task(self._finish())
        await asyncio.wait({finishing}, timeout=limit.total_seconds())
        return not self._serving and not self._results

    async def _finish(self) -> None:
        async with self._claiming:  # a claim under way is begun before we look what there is to wait for
            serving = set(self._serving)
        if serving:
            await asyncio.wait(serving)
        try:
            await self._results.write()
        except Exception as error:  # noqa: BLE001  whatever it is, the program ends anyhow
            log.warning("results not written count=%d error=%s", len(self._results), kind_and_place(error))

    def _begin(self, claim: Claim, claimed_at: datetime) -> None:
        task = asyncio.create_task(self._serve(claim, claimed_at))
        self._begun += 1
        self._serving[task] = claim.subscription.channel.platform
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._serving[task]
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.error("a delivery was left to its lease", exc_info=error)

    async def _serve(self, claim: Claim, claimed_at: datetime) -> None:
        platform = claim.subscription.channel.platform
        if self._clock.now() - claimed_at > FRESH:  # this process stood still
            log.warning("a claim was left to its lease incident=%s reason=too old", claim.record.key)
            return
        given_back = Settlement(claim, claim.delivery, self._clock.now())
        settlement = await self._step(claim) if self._may_send(platform) else given_back
        self._results.add(settlement)
        with suppress(Exception):  # the next tick tries again, and raises what is wrong
            await self._go_on(settlement, platform)

    async def _go_on(self, settlement: Settlement, platform: str) -> None:
        """Write the result, and fill the room there is again."""
        await self._results.write()
        if settlement.due_at is not None and settlement.due_at <= self._clock.now():
            self._more_is_due.add(platform)
        worth_it = platform in self._more_is_due and self._room(platform) >= self._in_flight // 4
        if worth_it and not self._claiming.locked():
            await self.tick()

    def _room(self, platform: str) -> int:
        return self._in_flight - sum(one == platform for one in self._serving.values())

    async def _step(self, claim: Claim) -> Settlement:
        """Take the next step of one delivery and return what came of it; an error of ours is put off."""
        step: Step | None = None
        try:
            now = self._clock.now()
            delivery, thread, step = look(claim, claim.delivery, now)
            if step is None:
                return settled(claim, delivery, thread)
            until = self._holds.until(claim.subscription.channel, now)
            if until is not None:
                return Settlement(claim, held(delivery, step, now, ASKED_TO_PAUSE), until)
            delivery = await self._take(claim, delivery, step)
        except Refused as refusal:
            return self._refused(claim, step, refusal)
        except NotYet as early:
            return self._put_off(claim, step, early)
        except Exception as error:  # noqa: BLE001  one delivery must not stop the others
            self._complaints.failed(f"step of {claim.subscription.channel.platform}", error)
            code, unknown = type(error).__name__, step is not None
            ours = Refused(Verdict.RETRY, Scope.POST, code, "an error of our own", unknown=unknown)
            return self._refused(claim, step, ours)
        log.info(
            "step taken step=%s platform=%s incident=%s post=%s verdict=ok",
            name(step),
            claim.subscription.channel.platform,
            claim.record.key,
            step.post.key,
        )
        return self._after_success(claim, delivery)

    async def _take(self, claim: Claim, delivery: Delivery, step: Step) -> Delivery:
        channel = claim.subscription.channel
        chat = self._chats[channel.platform]
        match step:
            case Send(post, nonce, _, parent):
                reference = await chat.send(channel, post, nonce, parent)
                style = claim.subscription.settings.style
                return sent(delivery, step, reference, self._clock.now(), style)
            case Edit(post, reference):
                await chat.edit(channel, reference, post)
                return edited(delivery, step, self._clock.now())

    def _put_off(self, claim: Claim, step: Step | None, early: NotYet) -> Settlement:
        """Return the delivery as it was, to be looked at again when its turn has come."""
        now = self._clock.now()
        self._on_put_off(claim.subscription.channel.platform)
        delivery = held(claim.delivery, step, now, NOT_ITS_TURN) if step else claim.delivery
        return Settlement(claim, delivery, now + early.wait)

    def _after_success(self, claim: Claim, delivery: Delivery) -> Settlement:
        """Return what an accepted step leads to. Whatever goes wrong here, its receipt is written."""
        now = self._clock.now()
        going_on = Settlement(claim, delivery, now, resume=claim.subscription.state is State.PAUSED)
        try:
            delivery, thread, step = look(claim, delivery, now)
        except Exception:
            log.exception("next look failed incident=%s", claim.record.key)
            return going_on
        return going_on if step else replace(settled(claim, delivery, thread), resume=going_on.resume)

    def _refused(self, claim: Claim, step: Step | None, refusal: Refused) -> Settlement:
        """Return what a refusal makes of the delivery; where it asks for a pause, others wait as well."""
        channel, now = claim.subscription.channel, self._clock.now()
        log.warning(
            "step refused step=%s platform=%s incident=%s post=%s code=%s verdict=%s",
            name(step),
            channel.platform,
            claim.record.key,
            step.post.key if step else "",
            refusal.code,
            refusal.verdict.value,
        )
        settlement = refused(claim, step, refusal, now)
        if refusal.verdict is Verdict.RETRY and refusal.retry_after is not None and settlement.due_at:
            self._holds.add(channel, refusal.scope, settlement.due_at)
        return settlement
