"""The settings panel: a channel's settings as menus and buttons that save what is changed at once.

https://docs.discord.com/developers/components/reference
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any, Final

import discord

from adapters.discord import choices
from adapters.discord.button_rows import PREFIX as OURS
from adapters.discord.preflight import echoes, has_threads
from adapters.discord.request import Request
from adapters.discord.text import markup
from bot.commands.spelling import LABELS
from bot.domain.message import Named, NamedKind, Strong, Text, When
from bot.domain.record import Known
from bot.domain.subscription import Mute, Settings, State, Subscription
from bot.domain.words import duration

PREFIX: Final = "panel_"
"""How the actions of the panel begin; what stands behind it is mostly the name of a setting."""

REMINDER: Final = timedelta(hours=2)
"""What the button switches on; other lengths are given with the command."""

BY_WORD: Final = Strong("/claudealerts settings mention:")
"""How everybody is called: a menu of roles has no such choice."""

TEXT_CHARS: Final = 900
"""Of one text; all texts of a message together may have 4,000."""

Item = discord.ui.Item[discord.ui.LayoutView]


def panel(
    request: Request,
    subscription: Subscription | None,
    known: Known,
    *,
    mute: Mute | None,
    page: int,
    said: Text,
) -> discord.ui.LayoutView:
    """Return the panel of the request's channel, of which None is to say that it is not subscribed.

    *mute* is the one that runs. *page* is that of the components, and may be any number. *said* stands
    below: what was saved, or why not.
    """
    view = discord.ui.LayoutView(timeout=None)
    for item in _items(request, subscription, known, mute=mute, page=page):
        view.add_item(item)
    if said:
        view.add_item(_text(said))
    view.stop()
    return view


def _items(
    request: Request, subscription: Subscription | None, known: Known, *, mute: Mute | None, page: int
) -> list[Item]:
    about = _text(_about(request, subscription, mute))
    if subscription is None:
        return [about, _row(_button("subscribe", "", "Turn on alerts", discord.ButtonStyle.success))]
    settings = subscription.settings
    return [
        about,
        *_components(settings, known, page),
        *_menu("impact", LABELS["impact"], choices.impacts(), {settings.least_impact}),
        *_menu("style", LABELS["style"], _styles(request, settings), {settings.style.value}),
        *_mention(settings),
        *_quiet(settings),
        _row(*_switches(request, settings)),
    ]


def _styles(request: Request, settings: Settings) -> list[tuple[str, str]]:
    return choices.styles(settings.style, threads=has_threads(request))


def _about(request: Request, subscription: Subscription | None, mute: Mute | None) -> Text:
    place = Named(NamedKind.CHANNEL, request.channel)
    if subscription is None:
        return (Strong("Alert settings"), " of ", place, "\nThis channel gets no alerts yet.")
    lines: Text = (Strong("Alert settings"), " of ", place, "\nEach change is saved at once.")
    if subscription.state is State.PAUSED:
        reason = subscription.pause_reason or "Discord refused our messages."
        again = (
            "\n",
            Strong("Paused"),
            f": {reason} To try again at once: ",
            Strong("/claudealerts subscribe"),
        )
        lines = (*lines, *again)
    return (*lines, "\n", Strong("Muted"), " until ", When(mute.until), ".") if mute else lines


def _components(settings: Settings, known: Known, page: int) -> list[Item]:
    parts = choices.pages(settings, known)
    number = min(max(page, 0), len(parts) - 1)
    offered = parts[number]
    if not offered:
        return [_text(("The page's components are not known yet: open the panel again in a minute.",))]
    part = f", part {number + 1} of {len(parts)}" if len(parts) > 1 else ""
    chosen = f"{len(settings.components)} chosen" if settings.components else "none chosen: all of them"
    menu = _select("components", str(number), offered, settings.components, most=len(offered), least=0)
    rows: list[Item] = [_text((Strong(LABELS["components"]), f" ({chosen}{part})")), _row(menu)]
    return [*rows, _pager(number, len(parts))] if len(parts) > 1 else rows


def _pager(number: int, count: int) -> Item:
    back = _button("page", str(number - 1), "◀ Components before")
    forth = _button("page", str(number + 1), "More components ▶")
    back.disabled, forth.disabled = number == 0, number == count - 1
    return _row(back, forth)


def _mention(settings: Settings) -> list[Item]:
    mention = settings.mention
    role = discord.ui.RoleSelect[discord.ui.LayoutView](
        custom_id=_id("mention"),
        placeholder=f"@{mention.target}" if mention and mention.calls_everybody else "Nobody; choose a role",
        min_values=0,
        max_values=1,
        default_values=_default_role(settings),
    )
    words: Text = (" when an incident starts or worsens; @here and @everyone: ", BY_WORD)
    chosen = [_text((Strong(LABELS["mention"]), *words)), _row(role)]
    if mention is None:
        return chosen
    if mention.calls_everybody:  # nothing is chosen in the menu then, and nothing can be let go there
        chosen.append(_row(_button("mention_nobody", "", "Mention nobody")))
    impact = _select("mention_from", "", choices.calling_impacts(), {mention.least_impact})
    return [*chosen, _text((Strong(LABELS["mention-from"]),)), _row(impact)]


def _default_role(settings: Settings) -> list[discord.SelectDefaultValue]:
    target = settings.mention.target if settings.mention else ""
    if not (target.isascii() and target.isdigit()):
        return []
    return [discord.SelectDefaultValue(id=int(target), type=discord.SelectDefaultValueType.role)]


def _quiet(settings: Settings) -> list[Item]:
    quiet = settings.quiet_hours
    offered, chosen = choices.hours(quiet), {choices.hours_value(quiet)}
    label = _text((Strong(LABELS["quiet"]), ": silent posts, and nobody is mentioned"))
    hours = _row(_select("hours", quiet.zone if quiet else "", offered, chosen))
    if quiet is None:
        return [label, hours]
    zone = _select("zone", choices.hours_value(quiet), choices.zones(quiet.zone), {quiet.zone})
    return [label, hours, _text((Strong(LABELS["zone"]),)), _row(zone)]


def _switches(request: Request, settings: Settings) -> list[discord.ui.Button[discord.ui.LayoutView]]:
    quiet, reminder = settings.quiet_hours, settings.reminder
    length = f"every {duration(reminder)}" if reminder else "off"
    switches = [
        _switch("maintenance", on=settings.maintenance),
        _switch("reminder", on=reminder is not None, words=length),
    ]
    if echoes(settings.style, request):
        switches.append(_switch("echo", on=settings.echo))
    if quiet:
        switches.append(_switch("critical", on=quiet.critical_breaks))
    if request.kind is discord.ChannelType.news:
        switches.append(_switch("publish", on=settings.publish))
    return switches


def _switch(name: str, *, on: bool, words: str = "") -> discord.ui.Button[discord.ui.LayoutView]:
    """Return a button that says what holds, and whose value is what it is pressed for: also twice."""
    style = discord.ButtonStyle.success if on else discord.ButtonStyle.secondary
    return _button(name, "off" if on else "on", f"{LABELS[name]}: {words or ('on' if on else 'off')}", style)


def _menu(name: str, label: str, offered: Sequence[tuple[str, str]], chosen: Collection[str]) -> list[Item]:
    return [_text((Strong(label),)), _row(_select(name, "", offered, chosen))]


def _select(
    name: str,
    value: str,
    offered: Sequence[tuple[str, str]],
    chosen: Collection[str],
    *,
    least: int = 1,
    most: int = 1,
) -> discord.ui.Select[discord.ui.LayoutView]:
    return discord.ui.Select(
        custom_id=_id(name, value),
        options=choices.options(offered, chosen),
        min_values=least,
        max_values=most,
        placeholder="All" if least == 0 else None,
    )


def _button(
    name: str, value: str, label: str, style: discord.ButtonStyle = discord.ButtonStyle.secondary
) -> discord.ui.Button[discord.ui.LayoutView]:
    return discord.ui.Button(style=style, label=label, custom_id=_id(name, value))


def _id(name: str, value: str = "") -> str:
    """Return a custom_id of the panel; names and values in it are ours, and short."""
    return f"{OURS}:{PREFIX}{name}:{value}"


def _text(words: Text) -> Item:
    return discord.ui.TextDisplay(markup(words, TEXT_CHARS))


def _row(*items: Any) -> Item:
    return discord.ui.ActionRow(*items)
