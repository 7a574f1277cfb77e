"""What a portal may configure of a frame: which origins show it, its colours, its fields; nothing about a company.

What cannot be used is reported in the frame itself, to whoever builds the portal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from matcher.places.reader import resolve_place
from rules.catalogue.catalogue import Catalogue
from seeds.regions import region_label
from seeds.vocabulary import printable
from service.web.requests import PAGE_LANGUAGES

LEAST_CONTRAST = 4.5
WHITE, BLACK = (255, 255, 255), (0, 0, 0)
_TEXTS = ((0x1B, 0x24, 0x21), (0x4D, 0x59, 0x55), (0x9B, 0x1C, 0x1C), (0x7A, 0x4B, 0x00))
"""The text colours of cepei.css that stand on the ground: ink, quiet, bad, open."""
_ACCENT = (0x0B, 0x5C, 0x4A)
_HEX = re.compile(r"#?(?:[0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)
_LINEAR_BELOW = 0.04045

Colour = tuple[int, int, int]


class ColourError(ValueError):
    """A colour cannot be used: `reason` is a key of the words, `contrast` the contrast found, if it was that."""

    def __init__(self, name: str, reason: str, contrast: float = 0.0) -> None:
        """Name the colour, not its value: that may be any text."""
        super().__init__(name, reason)
        self.name, self.reason, self.contrast = name, reason, contrast


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """The colours asked for; None where the page keeps its own."""

    accent: Colour | None = None
    ground: Colour | None = None


def parse_colour(text: str) -> Colour | None:
    """Return a colour written as #rgb or #rrggbb, the # optional; None for anything else."""
    if not _HEX.fullmatch(text):
        return None
    digits = text.removeprefix("#")
    wide = digits if len(digits) == len("rrggbb") else "".join(digit * 2 for digit in digits)
    return (int(wide[0:2], 16), int(wide[2:4], 16), int(wide[4:6], 16))


def read_theme(accent: str, ground: str) -> tuple[Theme, list[ColourError]]:
    """Return the colours that can be used, and why another cannot; "" asks for none."""
    faults: list[ColourError] = []
    theme = Theme(accent=_read("accent", accent, (WHITE,), faults))
    own = theme.accent or _ACCENT
    return Theme(accent=theme.accent, ground=_read("ground", ground, (*_TEXTS, own), faults)), faults


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def style_sheet(theme: Theme) -> str:
    """Return the rules that set the colours of cepei.css anew."""
    colours: dict[str, Colour] = {}
    if theme.accent:
        deep, pale = blend(theme.accent, BLACK, 0.3), blend(theme.accent, WHITE, 0.9)
        colours |= {"accent": theme.accent, "accent-deep": deep, "accent-pale": pale}
    if theme.ground:
        colours["ground"] = theme.ground
    rules = "".join(f" --{name}: {hexadecimal(colour)};" for name, colour in colours.items())
    return f":root {{{rules} }}\n"


def hexadecimal(colour: Colour) -> str:
    """Return a colour as #rrggbb."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def blend(colour: Colour, other: Colour, share: float) -> Colour:
    """Return a colour mixed with a share of another."""
    red, green, blue = (round(one + (two - one) * share) for one, two in zip(colour, other, strict=True))
    return (red, green, blue)


def _read(name: str, text: str, against: tuple[Colour, ...], faults: list[ColourError]) -> Colour | None:
    if not text:
        return None
    colour = parse_colour(text)
    least = min(contrast(colour, other) for other in against) if colour else 0.0
    if colour is None:
        faults.append(ColourError(name, "embed.no_colour"))
    elif least < LEAST_CONTRAST:
        faults.append(ColourError(name, f"embed.low_contrast.{name}", least))
        return None
    return colour


def _luminance(colour: Colour) -> float:
    shares = [part / 255 for part in colour]
    linear = [one / 12.92 if one <= _LINEAR_BELOW else ((one + 0.055) / 1.055) ** 2.4 for one in shares]
    red, green, blue = map(float, linear)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


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
        *(reported(fault, words) for fault in colour_faults),
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
            name = region_label(entries, wanted, language)
            # In `language` where the name means this place alone, else in Chinese, where it always does.
            is_clear = resolve_place(name, entries).codes == (wanted,)
            preset[field] = name if is_clear else region_label(entries, wanted)
        else:
            preset[field] = entries[wanted].label(language)
    return preset, unknown


def _value_faults(given: Mapping[str, str], words: Mapping[str, str]) -> Iterator[str]:
    choices = {"lang": tuple(PAGE_LANGUAGES), "compact": ("1", "0")}
    for name, known in choices.items():
        if given.get(name) and given[name] not in known:
            yield words["embed.unknown_choice"].format(name, printable(given[name]), words["comma"].join(known))


def reported(fault: ColourError, words: Mapping[str, str]) -> str:
    """Return in words why a colour is not used."""
    return words[fault.reason].format(fault.name, f"{fault.contrast:.1f}")
