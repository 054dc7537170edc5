"""Messages as Block Kit: header, verdict, components, quotation, link, footer, buttons.

The page's and people's words stand in `plain_text` and rich text only, where nothing is markup; the
footer is mrkdwn with `verbatim`, because a context can show a moment in no other way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from adapters.slack.pieces import Piece, fitting
from adapters.slack.rich_text import Json, mentioned, plain_element, run
from adapters.slack.text import cut, json_bytes, mrkdwn
from bot.domain.message import Block, Button, Inline, Line, Link, Listing, Message, Quote, Strong, Text
from bot.domain.sendable import clean, cut_plain, units

MOST_BLOCKS = 50
"""https://docs.slack.dev/reference/block-kit/blocks"""

MOST_BYTES = 12_000
"""How much all blocks of a message may be as JSON. Slack does not document it; what was refused as
`msg_blocks_too_long` had 13,172 characters, and 12,000 of text is what its people name:
https://github.com/slackapi/bolt-js/issues/2509 and https://github.com/slackapi/bolt-js/issues/2867."""

HEADER_UNITS = 150
"""https://docs.slack.dev/reference/block-kit/blocks/header-block"""

LABEL_UNITS, VALUE_UNITS, ACTION_UNITS = 75, 2000, 255
"""https://docs.slack.dev/reference/block-kit/block-elements/button-element"""

MOST_BUTTONS = 25
"""https://docs.slack.dev/reference/block-kit/blocks/actions-block"""

TEXT_UNITS = 2000
"""Half of the 4,000 characters that Slack recommends for a text at most, and it is only the notification.
https://docs.slack.dev/reference/methods/chat.postMessage#truncating"""

LINE_BYTES, QUOTE_BYTES, FOOTER_UNITS = 1500, 4600, 500
"""Our own measure: enough for what the domain makes, in any script, and one piece always fits."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message for Slack. *text* is for phones' notifications and screen readers, and is never empty.

    It is to be sent with `parse: none`. A desktop's notification shows the first of the *blocks*:
    https://docs.slack.dev/changelog/2026/07/13/notification-changes
    """

    text: str
    blocks: list[Json]


def render(
    message: Message, *, mention: str | None = None, private: bool = False, small: bool = False
) -> Rendered:
    """Return *message* for posting, calling *mention*: "here", "channel" or a user group's id.

    Any other *mention* calls nobody and is not shown. *private*: only one person will see it, and
    nobody is called by it (ephemeral), so that groups can be named by their tokens. *small*: the
    title is a bold line, not a header, as becomes a reply in a thread.
    """
    called = mentioned(mention)
    blocks = _blocks(message, called, private=private, small=small)
    return Rendered(_text(message, called, private=private), blocks)


def blocks_of(message: Message) -> list[Json]:
    """Return *message* as blocks of a view (App Home, modal), where nobody is called by anything."""
    return _blocks(message, None, private=True, small=False)


def _text(message: Message, called: Json | None, *, private: bool) -> str:
    """Return the words of a message: whom it calls, the headline, then line by line what follows.

    Nothing is bold there: notifications may show the asterisks, and screen readers read them.
    """
    lines: list[Text] = [(_headline(message),)]
    for block in message.blocks:
        for text, quoted in _runs(block):
            lines += [text, (quoted,)]
    words = [mrkdwn(tuple(map(_unstressed, line)), private=private).strip() for line in lines]
    before = f"{_token(called)} " if called else ""
    return before + cut("\n".join(filter(None, words)), TEXT_UNITS - units(before))


def _unstressed(inline: Inline) -> Inline:
    return inline.text if isinstance(inline, Strong) else inline


def _token(called: Json) -> str:
    return f"<!{called['range']}>" if "range" in called else f"<!subteam^{called['usergroup_id']}>"


def _blocks(message: Message, called: Json | None, *, private: bool, small: bool) -> list[Json]:
    titled = Line((Strong(_headline(message)),))
    pieces = _pieces((titled, *message.blocks) if small else message.blocks, private=private)
    if called:
        pieces = _calling(called, pieces)
    before = [] if small else [_header(message)]
    after = [*_link(message.link), *_footer(message.footer, private=private), *_actions(message.buttons)]
    around = [*before, *after]
    return [*before, *fitting(pieces, MOST_BYTES - json_bytes(around), MOST_BLOCKS - len(around)), *after]


def _header(message: Message) -> Json:
    """`emoji: false` keeps `:words:` of the page as they are; our own emoji is a character."""
    return {"type": "header", "text": _plain_text(cut_plain(_headline(message), HEADER_UNITS))}


def _headline(message: Message) -> str:
    return " ".join(clean(message.headline).split())


def _plain_text(words: str) -> Json:
    return {"type": "plain_text", "text": words, "emoji": False}


def _pieces(blocks: Sequence[Block], *, private: bool) -> list[Piece]:
    """Return the pieces of all *blocks*; lines that follow each other stand together."""
    pieces: list[Piece] = []
    for index, block in enumerate(blocks):
        follows = index > 0 and isinstance(block, Line) and isinstance(blocks[index - 1], Line)
        number = pieces[-1].block if pieces and follows else index
        for text, quoted in _runs(block):
            elements = tuple(run(text, LINE_BYTES, private=private))
            quotation = tuple(run((quoted.strip(),), QUOTE_BYTES, private=private))
            if elements or quotation:
                pieces.append(Piece(number, elements, quotation))
    return pieces


def _runs(block: Block) -> list[tuple[Text, str]]:
    """Return the lines of a block, each with what is quoted under it."""
    match block:
        case Line(text):
            return [(text, "")]
        case Quote(label, quoted):
            return [(label, quoted)]
        case Listing(lines, heading):
            return [((Strong(heading),), ""), *((line, "") for line in lines)]


def _calling(called: Json, pieces: list[Piece]) -> list[Piece]:
    """Put whom it calls before the first words."""
    if not pieces:
        return [Piece(0, (called,))]
    first = pieces[0]
    return [replace(first, elements=(called, plain_element(" "), *first.elements)), *pieces[1:]]


def _link(link: Link | None) -> list[Json]:
    elements = run((link,), LINE_BYTES, private=False) if link else []
    section = {"type": "rich_text_section", "elements": elements}
    return [{"type": "rich_text", "elements": [section]}] if elements else []


def _footer(footer: Text, *, private: bool) -> list[Json]:
    """`verbatim` keeps Slack from making links of addresses and names.

    https://docs.slack.dev/reference/block-kit/composition-objects/text-object
    """
    words = cut(mrkdwn(footer, private=private).strip(), FOOTER_UNITS)
    return (
        [{"type": "context", "elements": [{"type": "mrkdwn", "text": words, "verbatim": True}]}]
        if words
        else []
    )


def _actions(buttons: Sequence[Button]) -> list[Json]:
    """Return the buttons; one whose action is there already starts a block of its own.

    An action_id names one element of its block. A button that cannot carry its value is left out: a
    shorter value would be another one.
    """
    blocks: list[list[Json]] = []
    for button in [one for one in buttons if _sendable(one)][:MOST_BUTTONS]:
        taken = {element["action_id"] for element in blocks[-1]} if blocks else {button.action}
        if button.action in taken:
            blocks.append([])
        blocks[-1].append(_button(button))
    return [{"type": "actions", "elements": elements} for elements in blocks]


def _sendable(button: Button) -> bool:
    return (
        bool(clean(button.label).strip())
        and 0 < units(button.action) <= ACTION_UNITS
        and units(button.value) <= VALUE_UNITS
        and clean(button.action + button.value) == button.action + button.value
    )


def _button(button: Button) -> Json:
    label = cut_plain(" ".join(clean(button.label).split()), LABEL_UNITS)
    value = {"value": button.value} if button.value else {}
    return {"type": "button", "text": _plain_text(label), "action_id": button.action, **value}
