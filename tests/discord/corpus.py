"""Texts that try to be more than text in Discord, made of a few parts; all are our own words."""

from __future__ import annotations

from collections.abc import Iterator

MENTIONS = (
    "@everyone",
    "@here",
    "@EVERYONE",
    "@silent be quiet",
    "<@400000000000000400>",
    "<@!400000000000000400>",
    "<@&500000000000000500>",
    "<@$500000000000000777>",
    "<#300000000000000300>",
    "</claudestatus:600000000000000600>",
    "</claudealerts mute:600000000000000601>",
    "<id:customize>",
    "<id:browse>",
    "<id:guide>",
    "<id:linked-roles:500000000000000500>",
    "<t:0>",
    "<t:1777896000:R>",
    "<t:-62135596800:F>",
    "<a:alarm:700000000000000700>",
    "<:ok:700000000000000701>",
    "<sound:0:700000000000000702>",
    ":smile:",
    ":rotating_light:",
    ":+1::skin-tone-2:",
    ":100:",
)
"""What Discord reads as mentions, commands, navigation, times and emoji."""

LINKS = (
    "https://evil.example",
    "http://evil.example/a_b*c",
    "HTTPS://EVIL.EXAMPLE/",
    "steam://run/1",
    "discord://-/channels/1/2",
    "https://discord.gg/evil",
    "discord.gg/evil",
    "Discord.GG/evil",
    "discord.com/invite/evil",
    "discordapp.com/invite/evil",
    "discord.gift/evil",
    "www.evil.example",
    "<https://evil.example>",
    "<steam://run/1>",
    "<evil@evil.example>",
    "<mailto:evil@evil.example>",
    "<+15550100>",
    "<tel:+15550100>",
    "mailto:evil@evil.example",
    "javascript:alert(1)",
    "[claude.ai](https://evil.example)",
    "[claude.ai](<https://evil.example>)",
    '[claude.ai](https://evil.example "status.example.com")',
    "[**claude.ai**](https://evil.example)",
    "[a [b] c](https://evil.example)",
    "![picture](https://evil.example/x.png)",
    "https://status.example.com@evil.example/",
    "https://cdn.discordapp.com/attachments/1/2/x.png",
    "https://discord.com/channels/200/300/900",
)

FORMATS = (
    "**bold**",
    "*italic*",
    "_italic_",
    "***both***",
    "__underline__",
    "__*all*__",
    "~~struck~~",
    "||spoiler||",
    "`code`",
    "``co`de``",
    "```fence```",
    "```py\nprint(1)\n```",
    "**bold over\ntwo lines**",
    "snake_case_name and a_b_c",
    "2*3*4",
    "~~||**_`deep`_**||~~",
)

STARTS = (
    "# heading",
    "## heading",
    "### heading",
    "-# subtext",
    "- point",
    "* point",
    "+ point",
    "1. first",
    "17) seventeenth",
    "> quoted",
    ">>> quoted to the end",
    "   # indented",
    "  - indented",
    "  > indented",
    "\u00a0> after a hard space",
)
"""What means something at the beginning of a line."""

FRAMES = ("{}", "before {} after", "word{}word", "**{}**", "> {}", "one line\n{}\nanother", "- {}", "||{}||")
LINE_FRAMES = ("{}", "a line\n{}\nanother", "\n\n{}", "> {}", "**{}**\n{}", "cr\r{}", "\u2028{}")
ESCAPES = (
    "\\",
    "\\\\",
    "\\*bold\\*",
    "\\\\*bold\\\\*",
    "\\\\\\*bold\\\\\\*",
    "\\<@400000000000000400>",
    "\\\\<@400000000000000400>",
    "\\@everyone",
    "\\\\@everyone",
    "\\# heading",
    "\\\n# heading",
    "ends with \\",
    "**ends with \\**",
    "`\\`code`",
    "[a\\](https://evil.example)",
    "[a](https://evil.example\\)",
    "\\https://evil.example",
    "https\\://evil.example",
    "https:\\//evil.example",
    "¯\\_(ツ)_/¯",
    "\\:smile\\:",
    "\\n# no line end",
)
"""Games with the sign that escapes."""

UNICODE = (
    "@\u200beveryone @ever\u200byone",
    "<@\u200b400000000000000400>",
    "<\u2060@400000000000000400>",
    "*\u200d*bold*\u200d*",
    "\u202eenoyreve@\u202c",
    "\u2066**isolated**\u2069 and \u200fmarked",
    "\u00ad# soft heading",
    "\ufeff> quoted after a mark",
    "\u3164# after a filler",
    "@\u0435veryone with a foreign e",
    "\uff20everyone full width",
    "\uff1c@400\uff1e full width",
    "\U000e003c\U000e0040 tags",
    "😀🇩🇪👩‍👩‍👧‍👦❤️👍🏽",
    "𝕿𝖍𝖊 𐍈 𠀀",
    "e\u0301" * 40,
    "\u0301\u0301 begins with marks",
    "مرحبا <@400000000000000400> שלום",
    "状态页面：@everyone服务中断 https://evil.example",
    "\ud800",
    "half \udfff of a pair @here",
    "nul\x00byte <@400\x00000000000000400>",
    "\x1b[31mred\x1b[0m",
    "tab\tand\x0bvertical\x0c# feed",
    "line\u2028# separator\u2029> paragraph\x85- next",
    "cr\r# lf\r\n> both\n\n\n\nmany",
    "\n\n@everyone",
    "   \t ",
    "",
    "\ufffe\uffff",
)

ODD = (
    "a < b > c & d | e ~ f ^ g",
    "(1) one (2) two",
    "#1 and #general",
    "-5 ms, 3.5 % of 1.000",
    "at 12:30, at 12:30:45, 1:2:3:4",
    "1:100: and 2:1234:",
    "status.example.com/incidents/abc and claude.ai",
    "alice@example.com",
    "&lt;@everyone&gt; &#60;b&#62;",
    "%3C@everyone%3E",
    "<b>bold</b><script>alert(1)</script>",
    '"}],"content":"@everyone","x":"',
    "%s {0} {mention} ${jndi:ldap://evil.example/a}",
    "null",
    "| a | b |\n|---|---|\n| @here | *x* |",
    "Heading\n=======\nOther\n---",
    "***",
    "____",
    "||||",
    "``````",
    "[]()",
    "[x]",
    "[x]: https://evil.example",
    "<>",
    "<@>",
    "<t:>",
    "::",
    "1.",
    "#",
    "-",
    ">",
    ">>>",
)

LONG = (
    "x" * 40_000,
    "word " * 8_000,
    "*" * 10_000,
    "\\" * 10_000,
    "_*~`|" * 4_000,
    "@everyone " * 2_000,
    "<@400000000000000400>" * 800,
    "https://evil.example/ " * 800,
    "[a](https://evil.example) " * 600,
    "> line\n" * 4_000,
    "# line\n" * 4_000,
    "\n" * 20_000 + "end",
    "😀" * 10_000,
    "状" * 10_000,
    "👩‍👩‍👧‍👦" * 2_000,
    "a\u0301" * 10_000,
    "." * 10_000,
    ":a" * 5_000,
    "w.w" * 4_000 + "/",
    "x" * 254 + "😀",
    "x" * 253 + "**b**",
    "x " * 126 + "@everyone",
    "y" * 1_790 + "@everyone",
)

FRAMES_EACH = 4
"""In how many of the frames each token stands; each frame has a turn with many of them."""


def _framed(tokens: tuple[str, ...], frames: tuple[str, ...]) -> Iterator[str]:
    for number, token in enumerate(tokens):
        turns = (frames[(number + turn) % len(frames)] for turn in range(FRAMES_EACH))
        yield from (frame.replace("{}", token) for frame in turns)


def _texts() -> Iterator[str]:
    yield from _framed(MENTIONS + LINKS, FRAMES)
    yield from _framed(FORMATS, ("{}", "before {} after", "> {}", "one line\n{}\nanother"))
    yield from _framed(STARTS, LINE_FRAMES)
    yield from (*ESCAPES, *UNICODE, *ODD, *LONG)


TEXTS = tuple(dict.fromkeys(_texts()))
WITH_MARKUP = (*MENTIONS, *LINKS, *FORMATS, *STARTS)
"""Those in which a reader must find something."""
