"""What a portal may configure of a frame in its address: nothing about a company, and nothing taken unread.

What cannot be used is told in the frame itself, to whoever builds the portal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from matcher.places import resolve_place
from rules.catalogue import Catalogue
from seeds.regions import region_label
from seeds.vocabulary import Vocabulary
from service.json_reading import printable
from service.pages.embed_theme import ColourError, Theme, hexadecimal, read_theme
from service.request_context import PAGE_LANGUAGES

NAMES = ("lang", "compact", "region", "sector", "accent", "ground", "partner")
_PRESETS = {"region": ("regions", "city"), "sector": ("sectors", "sector")}
"""Option -> its vocabulary and the field of the form that it fills."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameOptions:
    """The options of one frame as they can be used, and what is wrong with the others, in words."""

    compact: bool
    theme: Theme
    preset: Mapping[str, str]
    partner: str
    asked: Mapping[str, str]
    faults: tuple[str, ...]

    @property
    def colours(self) -> dict[str, str]:
        """Return the parameters of the style sheet of the theme."""
        named = {"accent": self.theme.accent, "ground": self.theme.ground}
        return {name: hexadecimal(colour) for name, colour in named.items() if colour}


def read_options(given: Mapping[str, str], catalogue: Catalogue | None, words: Mapping[str, str]) -> FrameOptions:
    """Read the parameters of a frame's address; `asked` are those it keeps when its form is sent."""
    theme, colour_faults = read_theme(given.get("accent", "").strip(), given.get("ground", "").strip())
    preset, unknown = _read_presets(given, catalogue, words["language"])
    faults = [
        *(words["embed.unknown_option"].format(printable(name)) for name in given if name not in NAMES),
        *_value_faults(given, words),
        *(words["embed.unknown_preset"].format(name, printable(given[name])) for name in unknown),
        *(told(fault, words) for fault in colour_faults),
    ]
    return FrameOptions(
        compact=given.get("compact", "") == "1",
        theme=theme,
        preset=preset,
        partner=given.get("partner", ""),
        asked={name: given[name] for name in NAMES if given.get(name)},
        faults=tuple(faults),
    )


def _read_presets(
    given: Mapping[str, str], catalogue: Catalogue | None, language: str
) -> tuple[dict[str, str], list[str]]:
    """Return the fields that presets fill, as people write them, and the presets that name nothing known."""
    preset: dict[str, str] = {}
    unknown: list[str] = []
    for option, (vocabulary, field) in _PRESETS.items():
        wanted = given.get(option, "")
        entries = catalogue.vocabularies[vocabulary] if catalogue and wanted else None
        if entries is None:
            continue
        if wanted not in entries:
            unknown.append(option)
        elif vocabulary == "regions":
            preset[field] = _place_name(entries, wanted, language)
        else:
            preset[field] = entries[wanted].label(language)
    return preset, unknown


def _place_name(regions: Vocabulary, code: str, language: str) -> str:
    """Return the name in `language` where it means this place alone, else the Chinese one, which always does."""
    name = region_label(regions, code, language)
    return name if resolve_place(name, regions).codes == (code,) else region_label(regions, code)


def _value_faults(given: Mapping[str, str], words: Mapping[str, str]) -> Iterator[str]:
    choices = {"lang": tuple(PAGE_LANGUAGES), "compact": ("1", "0")}
    for name, known in choices.items():
        if given.get(name) and given[name] not in known:
            yield words["embed.unknown_choice"].format(name, printable(given[name]), words["comma"].join(known))


def told(fault: ColourError, words: Mapping[str, str]) -> str:
    """Return in words why a colour is not used."""
    return words[fault.reason].format(fault.name, f"{fault.contrast:.1f}")
