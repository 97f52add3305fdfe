"""Colours and keys for behaviours that come without: distinct, and told apart by most eyes."""

import colorsys
import string
from collections.abc import Iterator, Sequence
from itertools import count

# Okabe and Ito (2008), "Color Universal Design", without black and with yellow last: it is weak on
# white paper. The hues stay apart for all common kinds of colour blindness.
_PALETTE = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#f0e442")
_GOLDEN = 0.618_033_988_749_895
_LIGHTNESS = (0.35, 0.65, 0.50)


def fill_colors(colors: Sequence[str]) -> list[str]:
    """Replace each empty colour by the next default that nobody has."""
    taken = {color.lower() for color in colors}
    free = (color for color in _default_colors() if color not in taken)
    return [color.lower() or next(free) for color in colors]


def fill_keys(items: Sequence[tuple[str, str]]) -> list[str]:
    """Give a key to each (name, "") that has none, a letter of its name if one is free.

    Letters come first, then digits; once both are used up a key stays empty.
    """
    taken = {key for _, key in items}
    keys = []
    for name, key in items:
        chosen = key or _free_key(name, taken)
        taken.add(chosen)
        keys.append(chosen)
    return keys


def _default_colors() -> Iterator[str]:
    """Yield the palette, then hues a golden angle apart in three degrees of lightness."""
    yield from _PALETTE
    for step in count():
        rgb = colorsys.hls_to_rgb(step * _GOLDEN % 1, _LIGHTNESS[step % 3], 0.6)
        yield "#" + "".join(f"{round(255 * channel):02x}" for channel in rgb)


def _free_key(name: str, taken: set[str]) -> str:
    own = [letter for letter in name.lower() if letter in string.ascii_lowercase + string.digits]
    candidates = [*own, *string.ascii_lowercase, *string.digits]
    return next((key for key in candidates if key not in taken), "")
