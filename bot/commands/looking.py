"""The commands that only look: the answer, the past, the help."""

from __future__ import annotations

from dataclasses import replace

from bot.commands import replies
from bot.commands.caller import Caller, Reply
from bot.commands.command import Ask, Help, History, Looking, Misunderstood, Uptime
from bot.commands.context import Context
from bot.commands.help_words import helped
from bot.commands.problems import NAMES_SHOWN, near
from bot.commands.spelling import VIEWS, asked, typed
from bot.domain.answer import answer
from bot.domain.history import INCIDENTS_LISTED, WINDOWS, history, uptime
from bot.domain.message import Message
from bot.domain.naming import find_component, listed
from bot.domain.record import ComponentState, Known

COMMAND_WORDS = (
    "help",
    "history",
    "uptime",
    "subscribe",
    "unsubscribe",
    "settings",
    "mute",
    "unmute",
    "test",
    "why",
    "list",
    "privacy",
)


async def look(context: Context, command: Looking, caller: Caller) -> Reply:
    """Answer a command that changes nothing."""
    match command:
        case Ask():
            return Reply(await _ask(context, command, caller))
        case History():
            return Reply(await _history(context))
        case Uptime():
            return Reply(await _uptime(context))
        case Help():
            return Reply(helped(caller))
        case Misunderstood():
            return Reply(replies.misunderstood(caller, command.problem, command.nearest))


async def _ask(context: Context, command: Ask, caller: Caller) -> Message:
    known = await context.store.known()
    component_id, text = None, (command.component or "").strip()
    if text and known.components:
        found = find_component(known, text)
        if not isinstance(found, ComponentState):
            return _unknown_word(caller, text, found, known)
        component_id = found.component.id
    health = await context.store.health()
    message = answer(known, health, context.now, context.page_url, component_id).message
    return await _without_idle_buttons(context, message, caller)


async def _without_idle_buttons(context: Context, message: Message, caller: Caller) -> Message:
    """Return the answer without *Alert this channel* where it is alerted already, or the caller may not."""
    if caller.may_configure and await context.subscription(caller.channel) is None:
        return message
    buttons = tuple(button for button in message.buttons if button.action != replies.SUBSCRIBE.action)
    return replace(message, buttons=buttons)


def _unknown_word(caller: Caller, text: str, found: tuple[str, ...], known: Known) -> Message:
    """Suggest the command that is near, else the components that are."""
    command = near(text.split(maxsplit=1)[0], _commands_of(caller), cutoff=0.75)
    if command:
        return replies.unknown_word(caller, text, [typed(caller, command)], ())
    if len(found) < len(known.components):
        return replies.unknown_word(caller, text, [asked(caller, one) for one in found], ())
    return replies.unknown_word(caller, text, (), found if len(found) <= NAMES_SHOWN else ())


def _commands_of(caller: Caller) -> tuple[str, ...]:
    """Return the commands that *caller* sees."""
    return COMMAND_WORDS if caller.types or caller.may_configure else tuple(sorted(VIEWS))


async def _history(context: Context) -> Message:
    records = await context.store.history(INCIDENTS_LISTED)
    return history(records, context.page(await context.store.known()), context.now)


async def _uptime(context: Context) -> Message:
    known = await context.store.known()
    records = await context.store.records_since(context.now - max(WINDOWS))
    covered_since = await context.store.covered_since()
    return uptime(records, listed(known), context.page(known), context.now, covered_since)
