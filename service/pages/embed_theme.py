"""The colours of an embedded frame: read strictly, refused where text would be hard to read, written as a style sheet.

Contrast is that of WCAG 2: 4.5:1 for every text on what it stands on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

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

    @property
    def is_default(self) -> bool:
        """Tell whether nothing is changed."""
        return self.accent is None and self.ground is None


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
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= _LINEAR_BELOW else float(((part + 0.055) / 1.055) ** 2.4)
