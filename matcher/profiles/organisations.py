"""Reads who a profile speaks of (university, hospital, association, distributor ...) and what follows from that.

The endings of names, the sectors and the attestations stand in seeds/vocabularies/organisations.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from matcher.profiles.profile import Notes, Profile, ReadFact
from matcher.profiles.words import SURE, How, WordResolver
from seeds.vocabulary import Vocabulary, simplify
from seeds.word_lists import word_lists

DISTRIBUTOR, COMPANY = "distributor", "company"
FACT = "organisation"
COMPANY_CODE = "9"
"""The credit codes of those registered as enterprises begin so."""

_BRACKETED = re.compile(r"[(（][^()（）]*[)）]")
_UNNAMED = str.maketrans("", "", " .,·-　，")


class OrganisationReader:
    """Tells the kinds of organisations from names and sectors; the latest names are remembered.

    Threads may share it, as they may a WordResolver.
    """

    def __init__(self, vocabulary: Vocabulary, sectors: WordResolver) -> None:
        """Take over the endings."""
        self.vocabulary, self._sectors = vocabulary, sectors
        entries = vocabulary.entries.values()
        self._ends, self._company_ends, self._inside = (
            {word: entry.id for entry in entries for word in entry.extra.get(key, ())}
            for key in ("ends", "company_ends", "holds")
        )
        self._longest = max(map(len, (*self._ends, *self._company_ends)))
        self._users = frozenset(entry.id for entry in sectors.vocabulary.entries.values() if entry.extra.get("uses"))
        self._attested = {entry.id: entry.extra["attests"] for entry in entries if "attests" in entry.extra}
        self.of_name = lru_cache(maxsize=4096)(self._of_name)

    def read(self, profile: Profile, notes: Notes) -> None:
        """Note who the name says it is."""
        kind = self.of_name(profile.name) if profile.name else ""
        if kind:
            self.note(kind, "name", profile.name, notes, sector=self._sector_of(kind))
            self._suspect(kind, notes)
            self._rule_out(notes, but=self._attests(kind) | self.may_attest(profile.name))
        if profile.uscc.startswith(COMPANY_CODE):
            self._rule_out(notes)

    def only_uses(self, sectors: frozenset[str]) -> bool:
        """Tell whether who is in just these sectors uses products and makes none (a clinic, a restaurant)."""
        within = self._sectors.vocabulary.taxonomy.within
        return bool(sectors) and all(within(sector, self._users) for sector in sectors)

    def implied(self, sectors: Sequence[str], stated: frozenset[str]) -> tuple[str, ...]:
        """Return the sectors that a product tells of: of one who only uses products, those it is in itself."""
        overlaps, uses = self._sectors.vocabulary.taxonomy.overlaps, self.only_uses(stated)
        return tuple(sector for sector in sectors if not uses or overlaps(sector, stated))

    def sectors_of(self, kind: str) -> frozenset[str]:
        """Return the sector of a kind, if it has one."""
        return frozenset(filter(None, [self._sector_of(kind)])) if kind else frozenset()

    def may_attest(self, name: str) -> frozenset[str]:
        """Return the attestations of those who are called by a word that a name holds (某研究院有限公司)."""
        held = (kind for word, kind in self._inside.items() if word in simplify(name))
        return frozenset[str]().union(*map(self._attests, held))

    def _attests(self, kind: str) -> frozenset[str]:
        return frozenset(self._attested[above] for above in self._above(kind))

    def _rule_out(self, notes: Notes, *, but: frozenset[str] = frozenset()) -> None:
        for fact in sorted({*self._attested.values()} - but):
            notes.tell_against(fact)

    def read_sector(self, text: str, origin: str, notes: Notes) -> bool:
        """Note who a stated sector says it is (综合医院), and tell whether it says that and names no sector.

        Who trades is told by the whole profile (business_scope.py).
        """
        if text.strip().endswith(word_lists().of_companies):
            self._rule_out(notes)
        within = self._sectors.vocabulary.taxonomy.within
        sure = [entry for reading in self._sectors.read(text) if reading.how in SURE for entry in reading.ids]
        named = self.vocabulary.find(text) or (() if sure else self._called(text))
        kinds = {kind.id for kind in self.vocabulary.entries.values() for entry in sure if within(entry, kind.sectors)}
        for kind in sorted(kinds.union(named) - {DISTRIBUTOR}):
            self.note(kind, origin, text, notes, sector="" if sure else self._sector_of(kind))
            if not sure:
                self._suspect(kind, notes)
        return bool(named) and not sure

    def _called(self, text: str) -> tuple[str, ...]:
        """Return the kind that a text which names no sector ends in (口腔医院), where the kind tells one."""
        kind = self._ending(simplify(text).casefold().translate(_UNNAMED), self._ends)
        return (kind,) if kind and self._sector_of(kind) else ()

    def note(self, kind: str, origin: str, text: str, notes: Notes, *, sector: str = "") -> None:
        """Note an inferred kind, its sector where given, and what it attests (a university is 高校或科研院所)."""
        follows: dict[str, str | bool] = {FACT: kind, **({"sector": sector} if sector else {})}
        follows |= {self._attested[above]: True for above in self._above(kind)}
        for fact, value in follows.items():
            notes.note(ReadFact(fact=fact, value=value, origin=origin, input=text, how=How.INFERRED))

    def _suspect(self, kind: str, notes: Notes) -> None:
        """Leave open what is served by who makes nothing: its own sector does not tell."""
        if serves := self.vocabulary[kind].extra.get("serves"):
            notes.suspect("sector", [serves])

    def declare(self, declared: Mapping[str, object], notes: Notes) -> None:
        """Let a declared kind answer what it attests, unless that is declared too."""
        kinds = [str(kind) for kind in notes.values(FACT)] if FACT in declared else []
        for kind, fact in self._attested.items() if kinds else ():
            if fact not in declared:
                holds = any(kind in self._above(stated) for stated in kinds)
                notes.declare(fact, (holds,), declared[FACT])

    def _sector_of(self, kind: str) -> str:
        entry = self.vocabulary[kind]
        return str(entry.extra.get("sector", next(iter(entry.sectors), "")))

    def _above(self, kind: str) -> frozenset[str]:
        return self.vocabulary.taxonomy.ancestors(kind).intersection(self._attested)

    def _of_name(self, name: str) -> str:
        """Return the kind that a name tells of, "" where it tells of none."""
        plain = simplify(_BRACKETED.sub("", name)).casefold().translate(_UNNAMED)
        bare = _without(plain, word_lists().legal_forms)
        if bare == plain:
            return self._ending(plain, self._ends) or self._holding(plain)
        while True:
            shorter = _without(bare, word_lists().name_fillers)
            if (kind := self._ending(bare, self._company_ends)) or shorter == bare:
                return kind or COMPANY
            bare = shorter

    def _ending(self, name: str, ends: Mapping[str, str]) -> str:
        lengths = range(min(self._longest, len(name)), 0, -1)
        return next((ends[name[-length:]] for length in lengths if name[-length:] in ends), "")

    def _holding(self, name: str) -> str:
        found = [(name.rfind(word), kind) for word, kind in self._inside.items() if word in name]
        return max(found, default=(0, ""))[1]


def _without(name: str, endings: tuple[str, ...]) -> str:
    """Return a name without the longest of the endings that it has."""
    return name[: len(name) - max((len(end) for end in endings if name.endswith(end)), default=0)]
