"""Everyday sentences read as needs (缺钱, 招不到博士), and what of an input is denied or over (不需要资金, 已停产).

A need read from a sentence whose every word is explained is sure; one beside words that nobody knows is only offered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain, zip_longest

from matcher.profiles.words import SURE, How, Suggestion, WordReading, WordResolver
from seeds.vocabulary import Dictionary, Token, Vocabulary, Word, fold, fold_aligned, simplify
from seeds.word_lists import Intents, intents

_CLAUSE = re.compile(r"(?:[^，,；;。！!？?|\n]|(?<=\d)[,，](?=\d))+")
"""What is said in one breath; the comma of 1,4-丁二醇 ends nothing."""

_BRACKETS = re.compile(r"[(（\[【]([^()（）\[\]【】]*)[)）\]】]")
_SAYS_NO = re.compile(r"[:：]\s*(?:无|没有|否|暂无|none|no)\s*$")
_DATE = r"(?:于)?(?:20\d\d年)?(?:\d{1,2}月)?[底初起]?"
_ENUMERATED = re.compile(r"[、/]|和|及|与|或")

TELLING_ALONE = 4
"""An everyday word of so many characters (卖不出去) tells its need without an intent."""

_REFUSAL = Word(frozenset({"intent"}))


@dataclass(frozen=True, slots=True)
class Said:
    """An input without what it denies, and the denied parts as they were typed."""

    rest: str
    denied: tuple[str, ...] = ()


class NeedReader:
    """Reads needs: by the resolver of their names, else as a sentence; the latest readings are remembered."""

    def __init__(self, resolver: WordResolver, topics: Iterable[Vocabulary]) -> None:
        """Index the everyday words; names of `topics` (products, sectors, places) may stand beside a need."""
        self._resolver = resolver
        names = chain.from_iterable(vocabulary.index for vocabulary in topics)
        self._dictionary = Dictionary(_words(intents(), resolver.vocabulary), names)
        self.read = lru_cache(maxsize=65536)(self._read)
        self.said = lru_cache(maxsize=16384)(self._said)

    def suggest(self, text: str) -> tuple[Suggestion, ...]:
        """Return the needs that a text holds, then those whose names it resembles."""
        held = [reading for reading in self.read(text) if reading.how is How.CONTAINS]
        best = {
            id_: Suggestion(id=id_, how=read.how, similarity=read.similarity, connects=True)
            for read in held
            for id_ in read.ids
        }
        for offer in self._resolver.suggest(text):
            best.setdefault(offer.id, offer)
        return tuple(best.values())

    def _read(self, text: str) -> tuple[WordReading, ...]:
        """Return the needs of one item; what only its names say where the sentence says no more."""
        named = self._resolver.read(text)
        if named and all(reading.how in SURE for reading in named):
            return named
        tokens = self._dictionary.cut(text)
        explained = all(token.word.roles for token in tokens)
        found = dict.fromkeys(chain.from_iterable(token.word.ids for token in _telling(tokens, explained=explained)))
        if not found:
            return named
        how, similarity = (How.ALIAS, 1.0) if explained else (How.CONTAINS, _explained_part(tokens))
        read = [WordReading(input=text, ids=ids, how=how, similarity=similarity) for ids in found]
        return (*read, *(() if explained else (each for each in named if each.ids not in found)))

    def _said(self, text: str) -> Said:
        """Return what is left of the needs typed as one text, and which of them it says it has not."""
        spans = list(_in_brackets(text, self._is_mark))
        bare = _masked(text, spans)
        for clause in _CLAUSE.finditer(bare):
            if said_no := _SAYS_NO.search(clause[0]):
                spans.append((clause.start(), clause.start() + said_no.end()))
                continue
            groups = _groups(self._dictionary.cut(clause[0]))
            spans += [
                (clause.start() + said[0].start, clause.start() + said[-1].end)
                for group in groups
                if _is_denied(said := _without_turn(group), clause[0])
            ]
        return _without(text, spans, self._dictionary)

    def _is_mark(self, inside: str) -> bool:
        """Tell whether brackets say of what stands before them that it is settled: 贷款（已批）."""
        tokens = self._dictionary.cut(inside)
        return any(token.does("settled", "unneeded") for token in tokens) and not any(
            _is_thing(token) and not token.does("settled", "unneeded") for token in tokens
        )


def _is_thing(token: Token) -> bool:
    """Tell whether a word may be what a sentence is about."""
    return not token.word.roles or token.does("object", "weak", "topic")


def _telling(tokens: Sequence[Token], *, explained: bool) -> list[Token]:
    """Return the words that name a need.

    A single character tells only in a sentence that is explained and wants something; a short everyday word beside
    words that nobody knows needs an intent, too. Weak words tell where no other does.
    """
    wants = any(token.does("intent", "unneeded") for token in tokens)
    strong = [
        token
        for token in tokens
        if token.does("object")
        and (wants or explained or token.does("name") or token.end - token.start >= TELLING_ALONE)
        and (token.end - token.start > 1 or (wants and explained))
    ]
    return strong or [token for token in tokens if wants and token.does("weak")]


def _explained_part(tokens: Sequence[Token]) -> float:
    known = sum(token.end - token.start for token in tokens if token.word.roles)
    return round(known / sum(token.end - token.start for token in tokens), 4)


def _without_turn(group: list[Token]) -> list[Token]:
    return group[1:] if len(group) > 1 and group[0].does("turn") else group


def _as_meant(tokens: Sequence[Token]) -> list[Token]:
    """Take what others do not want as a refusal, no denial: 医院不用我们的产品, 银行不放贷."""
    meant, others_speak = [], False
    for token, after in zip_longest(tokens, tokens[1:]):
        refuses = others_speak and after is not None and token.does("unneeded") and not token.does("had")
        alone = token.does("unneeded") and token.end - token.start == 1
        refuses |= alone and after is not None and not after.does("object", "weak")
        meant.append(token._replace(word=_REFUSAL) if refuses else token)
        others_speak = token.does("other") or (others_speak and not token.does("turn"))
    return meant


def _groups(tokens: Sequence[Token]) -> list[list[Token]]:
    """Cut a clause into what is said of one thing: 不缺订单 | 缺厂房, 资金充足 | 就是招不到人."""
    groups: list[list[Token]] = [[]]
    said: set[str] = set()
    meant, settled = _as_meant(tokens), False
    for token, after in zip_longest(meant, meant[1:]):
        leads = token.does("unneeded") and after is not None and _is_thing(after) and not after.does("intent")
        settles = "thing" in said and not leads and (token.does("settled") or (token.does("unneeded") and not after))
        begins = said and token.does("unneeded", "intent") and not token.does("noun") and not settles
        if begins or token.does("turn") or (settled and token.word.roles != {"filler"}):
            groups.append([])
            said, settled = set(), False
        groups[-1].append(token)
        said |= {"thing"} if _is_thing(token) else token.word.roles & {"had"}
        settled |= settles
    return groups


def _is_denied(group: Sequence[Token], text: str) -> bool:
    """Tell whether a group denies: 不需要 and 已解决 do, unless something is asked first (有没有不需要抵押的贷款).

    So does an absence of a need: 没有融资需求.
    """
    first = next((token for token in group if token.does("unneeded", "intent") and not token.does("noun")), None)
    things = [token.start for token in group if _is_thing(token)]
    settled = [token.start for token in group if token.does("settled", "unneeded")]
    if (first and first.does("unneeded")) or (settled and (not things or things[0] < settled[-1])):
        return True
    telling = [token for token in group if not token.does("filler") or token.does("noun", "absence", "object")]
    ends = telling and (telling[-1].does("noun") or text.endswith(intents().need_nouns, 0, telling[-1].end))
    return bool(ends) and any(token.does("absence") for token in telling[:-1])


def _in_brackets(text: str, is_mark: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    """Yield brackets that deny what stands before them, with the item they stand behind."""
    for found in _BRACKETS.finditer(text):
        if is_mark(found[1].strip()):
            yield max(map(text[: found.start()].rfind, "、，,；;。\n")) + 1, found.end()


def _masked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Return a text of the same length in which spans are blank."""
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _without(text: str, spans: Sequence[tuple[int, int]], dictionary: Dictionary) -> Said:
    """Cut spans out of a text; what is left of it is empty where it says nothing."""
    if not spans:
        return Said("", (text.strip(),)) if fold(text) in intents().nothing else Said(text)
    rest, at = [], 0
    for start, end in sorted(spans):
        rest.append(text[at : max(start, at)])
        at = max(at, end)
    left = "".join(
        _patterns()["instead"].sub("", part) if number else part for number, part in enumerate([*rest, text[at:]])
    )
    denied = tuple(dict.fromkeys(text[start:end].strip() for start, end in sorted(spans)))
    return Said("" if dictionary.says_nothing(left) else left, denied)


def _words(lists: Intents, needs: Vocabulary) -> dict[str, Word]:
    """Return every word by its folded form with all its roles; everyday objects go before the names of needs.

    A role is what the list of intents.yaml makes of a word: an `object` names a need, a `weak` one where nothing else
    does, a `name` stands in needs.yaml too. A catalogue of another day may not know every need.
    """
    roles: dict[str, set[str]] = {}
    found: dict[str, list[tuple[str, ...]]] = {}
    everyday = ((lists.weak_objects, "weak"), (lists.objects, "object"))
    for words, role in everyday:
        for need in filter(needs.entries.__contains__, words):
            for name in map(fold, words[need]):
                roles.setdefault(name, set()).add(role)
                found.setdefault(name, []).append((need,))
    for name, ids in needs.index.items():
        if name not in found:
            roles[name], found[name] = {"object", "name"}, [ids]
    plain = (
        *(("intent", names) for names in lists.intents.values()), ("absence", lists.intents["absence"]),
        ("filler", lists.fillers), ("noun", lists.need_nouns), ("turn", lists.turns), ("turn", lists.instead),
        ("unneeded", lists.unneeded), ("unneeded", lists.had), ("had", lists.had), ("settled", lists.settled),
        ("other", lists.others), ("filler", lists.particles),
    )  # fmt: skip
    for role, names in plain:
        for name in map(fold, names):
            roles.setdefault(name, set()).add(role)
    return {name: Word(frozenset(given), tuple(found.get(name, ()))) for name, given in roles.items()}


class Denials:
    """Finds what an input of a list field (products, stage, certifications …) denies or says is over.

    Threads may share it; a text is judged once.
    """

    def __init__(self, is_name: Callable[[str, str], bool]) -> None:
        """Take over who tells whether a text, wholly, is a name of a field; such a name denies nothing."""
        lists = intents()
        self._is_name = is_name
        self._dictionary = Dictionary({fold(word): Word(frozenset({"filler"})) for word in lists.particles})
        self.said = lru_cache(maxsize=65536)(self._said)

    def _said(self, field: str, text: str) -> Said:
        """Return what is left of a text of a field, and what it denies."""
        plain = _aligned(text)
        if not _patterns()["any"].search(plain) or self._is_name(field, text):
            return Said(text)
        spans = list(_in_brackets(plain, self._is_mark))
        spans += [found.span() for found in _BRACKETS.finditer(plain) if self._excludes(found[1].strip())]
        bare = _BRACKETS.sub(lambda found: " " * len(found[0]), _masked(plain, spans))
        for clause in _CLAUSE.finditer(bare):
            spans += self._in_clause(field, text, bare, clause.start(), clause.end())
        return _without(text, spans, self._dictionary)

    def _is_mark(self, inside: str) -> bool:
        """Tell whether brackets say of what stands before them that it is over: PHA（已停产）."""
        mark = _patterns()["mark"].search(inside)
        return mark is not None and self._is_blank(inside[: mark.start()]) and self._is_blank(inside[mark.end() :])

    def _excludes(self, inside: str) -> bool:
        """Tell whether brackets deny only what they hold: 饲料（不含兽药）, 生物塑料（PHA已停产）."""
        if self._is_mark(inside):
            return False
        whole = (0, len(inside))
        return bool(_patterns()["excludes"].match(inside)) or [*self._found(inside, *whole)] == [whole]

    def _in_clause(self, field: str, text: str, plain: str, start: int, stop: int) -> list[tuple[int, int]]:
        if said_no := _SAYS_NO.search(plain, start, stop):
            return [(start, said_no.end())]
        if self._is_name(field, text[start:stop]):
            return []
        return [*self._glued(field, plain, start, stop)] or [*self._found(plain, start, stop)]

    def _glued(self, field: str, plain: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
        """Yield a negation right before names alone: 无高企, 未量产; 无菌 and 未来 are no names with a negation."""
        found = _patterns()["glued"].match(plain, start, stop)
        if found and not (found[1] == "非" and field in ("products", "technologies")):
            pieces = _ENUMERATED.split(plain[found.end() : stop])
            if all(len(piece.strip()) > 1 and self._is_name(field, piece.strip()) for piece in pieces):
                yield found.start(), stop

    def _found(self, plain: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
        """Yield what is denied between two places: what follows a denial, else what stands before it."""
        at = start
        while found := _patterns()["denial"].search(plain, at, stop):
            alone, end = self._is_blank(plain[at : found.start()]), found.end()
            if alone or found.lastgroup != "over":
                turn = _patterns()["turn"].search(plain, end, stop)
                end = turn.start() if turn else stop
                if not self._is_blank(plain[found.end() : end]):
                    at = at if alone else found.start()
                elif alone:
                    return
            yield at, end
            at = end

    def _is_blank(self, text: str) -> bool:
        return self._dictionary.says_nothing(re.sub(r"[\d年月]", "", text))


def carries_on(text: str) -> bool:
    """Tell whether what a list denies may reach over its marks: 不再生产柠檬酸、乳酸 is no list of two products."""
    return _patterns()["carries_on"].search(_aligned(text)) is not None


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    """Return the expressions of denial, each linear: words in a row, none of them repeated."""
    lists = intents()
    words = {name: _one_of(given) for name, given in lists.denials.items()}
    turn = _one_of((*lists.turns, *lists.instead))
    done = rf"{words['done']}{_DATE}(?:{words['over']}|{words['over_when_done']})了?"
    over = rf"{done}|(?:{words['over']}|{words['over_when_done']})了|{words['over_in_english']}"
    over += rf"|(?:20\d\d年)?{words['over']}(?=\s*$|{turn})"
    denied = rf"{words['negations']}{words['verbs']}|(?<!有){words['alone']}(?!的)"
    mark = rf"{over}|{words['over_when_done']}|{denied}了?|^无$"
    glued = rf"\s?({words['glued']})"
    expressions = {
        "any": f"{mark}|{words['over']}|{words['glued']}|{words['exclusions']}",
        "denial": f"(?P<over>{over})|(?P<not>{denied})",
        "mark": mark,
        "glued": glued,
        "turn": turn,
        "instead": rf"^[\s、，,；;。]*{_one_of(lists.instead)}",
        "excludes": words["exclusions"],
        "carries_on": f"{denied}|^{glued}|{_one_of(word for word in lists.unneeded if len(word) > 1)}",
    }
    return {name: re.compile(expression) for name, expression in expressions.items()}


def _one_of(words: Iterable[str]) -> str:
    """Return the expression of any of the words, the longest first; Latin ones are whole words."""
    spelled = []
    for word in sorted(map(_aligned, words), key=len, reverse=True):
        escaped = re.escape(word).replace(r"\ ", "[ ']")
        spelled.append(rf"(?<![a-z]){escaped}(?![a-z])" if word.isascii() else escaped)
    return f"(?:{'|'.join(spelled)})"


def _aligned(text: str) -> str:
    """Return a text in simplified characters and small letters, each at its own offset."""
    plain = fold_aligned(text)
    simple = simplify(plain)
    return simple if len(simple) == len(plain) else plain
