"""A vocabulary: entries with their names, their broader entries, and an index of every way to write them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from seeds.errors import Fault, SeedError
from seeds.folding import fold
from seeds.strict_yaml import load_yaml
from seeds.taxonomy import Taxonomy, TaxonomyError

_LISTS = ("names", "parents", "sectors", "instruments")
_KNOWN = frozenset({"id", "zh", "en", "kind", "source", "extra", *_LISTS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry: `names` are all other ways of writing `zh` and `en`; `extra` is the vocabulary's own data."""

    id: str
    zh: str
    en: str
    names: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    kind: str = ""
    source: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)

    def label(self, language: str) -> str:
        """Return the name shown to people in `language` ("zh" or "en")."""
        return self.en if language == "en" and self.en else self.zh

    def spellings(self) -> tuple[str, ...]:
        """Return every way of writing this entry, the Chinese label first."""
        return tuple(dict.fromkeys(name for name in (self.zh, self.en, *self.names) if name))


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Entries by id, their taxonomy, and `index`: folded name -> ids (more than one means ambiguous)."""

    name: str
    entries: Mapping[str, Entry]
    taxonomy: Taxonomy
    index: Mapping[str, tuple[str, ...]]

    def __contains__(self, entry_id: object) -> bool:
        """Tell whether an entry has this id."""
        return entry_id in self.entries

    def __getitem__(self, entry_id: str) -> Entry:
        """Return the entry with this id; KeyError when there is none."""
        return self.entries[entry_id]

    def find(self, text: str) -> tuple[str, ...]:
        """Return the ids of the entries written exactly as `text` (after folding), else ()."""
        return self.index.get(fold(text), ())


def build_vocabulary(name: str, entries: Iterable[Entry]) -> Vocabulary:
    """Index entries; raise SeedError on a doubled id, a dangling parent or a cycle."""
    by_id: dict[str, Entry] = {}
    for entry in entries:
        if entry.id in by_id:
            raise SeedError([Fault(file=name, pointer=f"/{entry.id}", code="id_twice", params={"id": entry.id})])
        by_id[entry.id] = entry
    try:
        taxonomy = Taxonomy({entry.id: entry.parents for entry in by_id.values()})
    except TaxonomyError as error:
        raise SeedError([Fault(file=name, pointer="", code=error.code, params=error.params)]) from error
    index: dict[str, list[str]] = {}
    for entry in by_id.values():
        for folded in dict.fromkeys(fold(spelling) for spelling in (entry.id, *entry.spellings())):
            if folded:
                index.setdefault(folded, []).append(entry.id)
    return Vocabulary(name, by_id, taxonomy, {folded: tuple(ids) for folded, ids in index.items()})


def load_vocabulary(path: Path) -> Vocabulary:
    """Load one vocabulary file; raise SeedError naming every fault with its pointer."""
    data = load_yaml(path)
    if not isinstance(data, dict) or data.get("schema") != 1 or not isinstance(data.get("entries"), list):
        raise SeedError([Fault(file=path.name, pointer="", code="needs_entries")])
    faults: list[Fault] = []
    entries: list[Entry] = []
    for position, raw in enumerate(data["entries"]):
        found = list(_entry_faults(raw, file=path.name, pointer=f"/entries/{position}"))
        faults += found
        if not found:
            entries.append(parse_entry(raw))
    if faults:
        raise SeedError(faults)
    return build_vocabulary(str(data.get("vocabulary", path.stem)), entries)


def parse_entry(raw: Mapping[str, Any]) -> Entry:
    """Turn one checked mapping into an Entry."""
    values: dict[str, Any] = {key: tuple(str(item) for item in raw.get(key, ())) for key in _LISTS}
    values |= {key: str(raw.get(key, "")) for key in ("id", "zh", "en", "kind", "source")}
    return Entry(**values, extra=raw.get("extra", {}))


def _entry_faults(raw: object, *, file: str, pointer: str) -> Iterable[Fault]:
    if not isinstance(raw, dict):
        yield Fault(file=file, pointer=pointer, code="entry_not_a_mapping")
        return
    for key in sorted(set(raw) - _KNOWN):
        params = {"key": key, "known": tuple(sorted(_KNOWN))}
        yield Fault(file=file, pointer=f"{pointer}/{key}", code="unknown_key", params=params)
    for key in ("id", "zh"):
        if not isinstance(raw.get(key), str) or not raw[key]:
            yield Fault(file=file, pointer=f"{pointer}/{key}", code="text_or_empty")
    for key in _LISTS:
        value = raw.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str | int) for item in value):
            yield Fault(file=file, pointer=f"{pointer}/{key}", code="not_texts")
