"""Hostile texts for a regular expression, made from the expression itself, and what it costs to read them.

For every repeat: the shortest text that leads there, what the repeat takes again and again, and an end that lets the
whole fail. Where one character is repeated, one of each kind that the expression tells apart is tried, so that where
two repeats meet, what both take is among them. A stock of generic texts comes on top.
"""

import re
import re._constants as sre
import re._parser as parser
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, permutations, product

STOCK = "0a \n，一年。、（A_-.,;:'\"()[]{}<>/\\|=%&#*+!?@^$~`　；：）《》“”é\t\u00ad\ud800"
"""Generic characters, the most telling first: digits, letters, blanks, Chinese, every ASCII mark, odd ones."""

NEUTRAL = "\x01"
ENDS = ("", NEUTRAL)
AROUND = (("", ""), ("", NEUTRAL), (NEUTRAL, NEUTRAL))
"""What stands around a pump: a text that ends, one that goes on with something else, one that began with it."""

REPEATS = {sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT}
GROUPS = {sre.SUBPATTERN, sre.ATOMIC_GROUP, sre.ASSERT, sre.ASSERT_NOT}
SINGLE = {sre.LITERAL, sre.NOT_LITERAL, sre.IN, sre.ANY}
LONG = 24
"""A repeat of at least so many turns is pumped; of fewer, a pattern may well hold two side by side."""

MOST_KINDS, MOST_PUMPS = 16, 8

Node = tuple
Nodes = Sequence[Node]


@dataclass(frozen=True)
class Hostile:
    """A text of any length: a beginning, what is repeated, and an end."""

    start: str
    pump: str
    end: str

    def text(self, length: int) -> str:
        return self.start + self.pump * max(1, length // len(self.pump)) + self.end


def hostile_texts(pattern: re.Pattern) -> list[Hostile]:
    """Return the texts that may cost a pattern most, each once."""
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    return list(dict.fromkeys(_Reader(parser.parse(source, pattern.flags & ~re.UNICODE).data, pattern.flags).texts()))


class _Reader:
    """Reads one expression as the parser of `re` sees it."""

    def __init__(self, nodes: Nodes, flags: int) -> None:
        self._nodes, self._ignores_case = nodes, bool(flags & re.IGNORECASE)
        singles = list(dict.fromkeys(map(repr, _all(nodes, SINGLE))))
        byrepr = {repr(node): node for node in _all(nodes, SINGLE)}
        repeated = [byrepr[each] for each in singles if byrepr[each][0] is not sre.LITERAL]
        self._repeated = repeated
        candidates = dict.fromkeys((*STOCK, *(c for node in repeated for c in _named(node))))
        kinds: dict[tuple[bool, ...], str] = {}
        for character in candidates:
            kinds.setdefault(tuple(self._takes(node, character) for node in repeated), character)
        self._kinds = list(kinds.values())

    def texts(self) -> Iterator[Hostile]:
        for pump in dict.fromkeys((*self._kinds[:MOST_KINDS], *STOCK[:6])):
            yield from (Hostile(start, pump, end) for start, end in AROUND)
        yield from (Hostile("", one + other, "\x01") for one, other in permutations(self._kinds[:5], 2))
        for whole in islice(self._samples(self._nodes), MOST_PUMPS):
            yield from (Hostile("", pump, end) for pump in (whole, whole[:-1]) if pump for end in (*ENDS, "\n"))
        yield from self._pumped(self._nodes, "")

    def _pumped(self, nodes: Nodes, before: str) -> Iterator[Hostile]:
        """Yield the texts for each repeat in a row of nodes that `before` leads to."""
        for place, (kind, value) in enumerate(nodes):
            if kind in REPEATS:
                body = list(value[2])
                if value[1] >= LONG:
                    rest = next(self._samples(nodes[place + 1 :]), "")
                    yield from self._around(before, body, rest)
                yield from self._pumped(body, before)
            for inner in _inside((kind, value)):
                yield from self._pumped(inner, before) if kind not in REPEATS else ()
            before += next(self._samples([(kind, value)]), "")

    def _around(self, before: str, body: Nodes, rest: str) -> Iterator[Hostile]:
        pumps = self._pumps(body)
        fails = next((c for c in self._kinds if c not in pumps and not rest.startswith(c)), "\x01")
        for pump in pumps:
            yield from (Hostile(before, pump, end) for end in dict.fromkeys((*ENDS, fails, rest[:-1] + fails)))
            yield Hostile(NEUTRAL + before, pump, fails)
            if before:
                yield from (Hostile("", before + pump, end) for end in ENDS)
                yield Hostile("", before, pump * 3)
            if rest[:-1]:
                yield Hostile(before, pump + rest[:-1], fails)

    def _pumps(self, body: Nodes) -> list[str]:
        """Return what a repeat takes: of single characters those first that most others take too."""
        if len(body) == 1 and body[0][0] in SINGLE:
            taken = [c for c in (*self._kinds, *_named(body[0])) if self._takes(body[0], c)]
            taken.sort(key=lambda c: -sum(self._takes(node, c) for node in self._repeated))
            return list(dict.fromkeys(taken))[:MOST_PUMPS]
        return list(dict.fromkeys(text for text in islice(self._samples(body), 4 * MOST_PUMPS) if text))[:MOST_PUMPS]

    def _samples(self, nodes: Nodes) -> Iterator[str]:
        """Yield some texts that a row of nodes takes, the plainest first."""
        if not nodes:
            yield ""
            return
        for parts in product(*([*islice(self._sample(node), 3 if len(nodes) > 1 else 40)] for node in nodes)):
            yield "".join(parts)

    def _sample(self, node: Node) -> Iterator[str]:
        kind, value = node
        if kind in SINGLE:
            yield from [c for c in (*_named(node), *self._kinds, *STOCK) if self._takes(node, c)][:2] or ["a"]
        elif kind in REPEATS:
            least = min(value[0], 60)
            once = list(islice(self._samples(list(value[2])), 4))
            yield from (each * max(least, 1) for each in once) if least else ("", *once)
        elif kind is sre.BRANCH:
            yield from (text for branch in value[1] for text in islice(self._samples(list(branch)), 2))
        elif kind in (sre.SUBPATTERN, sre.ATOMIC_GROUP):
            for inner in _inside(node):
                yield from self._samples(inner)
        else:
            yield ""

    def _takes(self, node: Node, character: str) -> bool:
        forms = (character, character.lower(), character.upper()) if self._ignores_case else (character,)
        return any(_takes(node, form) for form in forms)


def _inside(node: Node) -> list[Nodes]:
    """Return the rows of nodes inside a node."""
    kind, value = node
    if kind in REPEATS:
        return [list(value[2])]
    if kind is sre.BRANCH:
        return [list(branch) for branch in value[1]]
    if kind in GROUPS:
        return [list(value if kind is sre.ATOMIC_GROUP else value[-1])]
    if kind is sre.GROUPREF_EXISTS:
        return [list(branch) for branch in value[1:] if branch]
    return []


def _all(nodes: Nodes, kinds: set) -> Iterator[Node]:
    for node in nodes:
        if node[0] in kinds:
            yield node
        for inner in _inside(node):
            yield from _all(inner, kinds)


def _named(node: Node) -> list[str]:
    """Return the characters that a node of one character spells out."""
    kind, value = node
    if kind in (sre.LITERAL, sre.NOT_LITERAL):
        return [chr(value)]
    items = value if kind is sre.IN else ()
    codes = (code for what, of in items if what is not sre.NEGATE for code in _codes(what, of))
    return [chr(code) for code in codes]


def _codes(what: object, of: object) -> tuple[int, ...]:
    return (of,) if what is sre.LITERAL else tuple(of) if what is sre.RANGE else ()


_CATEGORIES: dict[object, Callable[[str], object]] = {
    sre.CATEGORY_DIGIT: re.compile(r"\d").match, sre.CATEGORY_NOT_DIGIT: re.compile(r"\D").match,
    sre.CATEGORY_SPACE: re.compile(r"\s").match, sre.CATEGORY_NOT_SPACE: re.compile(r"\S").match,
    sre.CATEGORY_WORD: re.compile(r"\w").match, sre.CATEGORY_NOT_WORD: re.compile(r"\W").match,
}  # fmt: skip


def _takes(node: Node, character: str) -> bool:
    kind, value = node
    if kind is sre.ANY:
        return character != "\n"
    if kind is not sre.IN:
        return (ord(character) == value) is (kind is sre.LITERAL)
    negated, held = value[0][0] is sre.NEGATE, False
    for what, of in value:
        if what is sre.CATEGORY:
            held |= bool(_CATEGORIES[of](character))
        elif what is sre.RANGE:
            held |= of[0] <= ord(character) <= of[1]
        else:
            held |= what is sre.LITERAL and of == ord(character)
    return held is not negated


TINY, SMALL = (12, 16, 20, 24, 28, 32, 64), (128, 512)
QUICK, TOO_LONG = 0.00003, 0.02
"""Seconds: in which a TINY text is read by what is not worse than a square, and which no SMALL one may take."""

PROBED = (500, 2_000)
LONGEST = (10_000, 40_000)
NOTHING, HOPELESS = 0.0003, 0.08
"""Seconds: below nothing is judged; a text of PROBED characters that takes longer is not tried at greater length."""

WORSE = 7.5
"""Four times the text may take so many times as long; a square takes 16 times, n log n 5."""

MOST_COSTLY = 2
"""So many texts are tried at their LONGEST."""


def fault_of(pattern: re.Pattern, methods: Sequence[str]) -> str:
    """Return what text a pattern takes too long for, in words, "" where it takes all in a time that grows as they do."""
    texts = hostile_texts(pattern)
    for method in methods:
        watch = Watch(_run_of(pattern, method))
        costs: dict[Hostile, float] = {}
        for hostile in texts:
            cost = watch.probe(hostile)
            if cost is None:
                return f"{method} {hostile}"
            costs[hostile] = cost
        for hostile in sorted(costs, key=costs.get, reverse=True)[:MOST_COSTLY]:
            if watch.grows(hostile, LONGEST):
                return f"{method} {hostile}"
    return ""


def _run_of(pattern: re.Pattern, method: str) -> Callable[[str], object]:
    """Return what has a pattern read a text by a method."""
    read = (lambda text: deque(pattern.finditer(text), maxlen=0)) if method == "scan" else getattr(pattern, method)
    is_bytes = isinstance(pattern.pattern, bytes)
    return (lambda text: read(text.encode("latin-1", "replace"))) if is_bytes else read


class Watch:
    """Times what reads a text by the processor's seconds, which no other process makes longer."""

    def __init__(self, read: Callable[[str], object]) -> None:
        self._read = read

    def probe(self, hostile: Hostile) -> float | None:
        """Return the seconds for a text of PROBED characters, None where it grows too fast; never waits for long."""
        cost = 0.0
        for length in TINY:
            cost = self.least(hostile, length, TOO_LONG)
            if cost > TOO_LONG:
                return None
        if cost > QUICK and any(self.least(hostile, length, TOO_LONG) > TOO_LONG for length in SMALL):
            return None
        cost = self.least(hostile, PROBED[-1], HOPELESS)
        return None if cost > HOPELESS or (cost > NOTHING and self.grows(hostile, PROBED)) else cost

    def least(self, hostile: Hostile, length: int, limit: float) -> float:
        """Return the seconds for a text; what is over a limit is looked at again, as a look for garbage may be in it."""
        cost = self.seconds(hostile, length)
        for _ in range(2):
            if cost > limit:
                cost = min(cost, self.seconds(hostile, length))
        return cost

    def grows(self, hostile: Hostile, lengths: tuple[int, int]) -> bool:
        """Tell whether four times the text takes far more than four times as long, however often it is looked at."""
        short, long = lengths
        return all(
            self.seconds(hostile, long) > max(NOTHING, WORSE * min(self.seconds(hostile, short) for _ in range(2)))
            for _ in range(3)
        )

    def seconds(self, hostile: Hostile, length: int) -> float:
        text = hostile.text(length)
        begun = time.thread_time()
        self._read(text)
        return time.thread_time() - begun
