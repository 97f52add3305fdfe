"""Modifiers of an event as its one text: sets parted by ``|`` in their order, choices by ``,``."""

from collections.abc import Sequence

from ethoprism_domains.annotation import Modifier

Chosen = tuple[tuple[str, ...], ...]


def chosen_in(text: str, modifiers: Sequence[Modifier]) -> Chosen:
    """Read what was chosen of each modifier; nothing of those that the text does not reach."""
    parts = text.split("|") if text else []
    parts += [""] * (len(modifiers) - len(parts))
    return tuple(_values(part, item) for part, item in zip(parts, modifiers, strict=False))


def text_of(chosen: Chosen) -> str:
    """Write what was chosen of each modifier; empty if that is nothing."""
    return "|".join(",".join(values) for values in chosen) if any(chosen) else ""


def is_number(text: str) -> bool:
    """Say whether a text is a number, with a point or a comma in it."""
    try:
        float(text.replace(",", "."))
    except ValueError:
        return False
    return True


def _values(part: str, modifier: Modifier) -> tuple[str, ...]:
    part = part.strip()
    if not part or part == "None":  # so BORIS writes that nothing was chosen
        return ()
    if modifier.kind != "multiple" or part in modifier.values:
        return (part,)
    return tuple(value.strip() for value in part.split(","))
