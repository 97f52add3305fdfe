"""Plain English for what a clip shows, varied so that no sentence becomes a label."""

import numpy as np
import xarray as xr

from ethoprism_domains.simulated.settings import SceneSettings

_PLACES = {
    "round": ("in a round arena", "in a circular open field", "on a round floor"),
    "square": ("in a square box", "in a square arena", "in a box"),
    "cage": ("in a home cage", "in its cage", "in a cage"),
    "tank": ("in a tank", "in a shallow tank", "in clear water"),
    "corridor": ("in a corridor", "in a long narrow arena", "in an alley"),
}
_WATERS = {"round": ("in a round tank", "in a bowl", "in a round basin")}
_LIGHTS = {
    "even": ("", "", "in even light"),
    "gradient": ("", "lit from one side", "in light that falls from one side"),
    "vignette": ("", "with dark corners", "lit from above"),
    "flicker": ("", "under a flickering lamp", "in unsteady light"),
    "day": ("", "in daylight", "by day"),
    "night": ("at night", "under infrared light", "in the dark, filmed by infrared"),
}
_VERBS = {
    "resting": ("rests", "keeps still", "is resting", "stays where it is"),
    "walking": ("walks", "is walking", "moves about slowly", "walks along"),
    "swimming": ("swims", "is swimming", "swims slowly", "glides along"),
    "running": ("runs", "is running", "dashes", "runs fast"),
    "darting": ("darts", "darts off", "is darting", "swims fast"),
    "turning left": ("turns left", "turns to its left", "is turning left"),
    "turning right": ("turns right", "turns to its right", "is turning right"),
    "grooming": ("grooms", "grooms itself", "is grooming", "cleans itself"),
    "rearing": ("rears", "stands on its hind legs", "is rearing", "rears up"),
    "approaching": ("approaches {other}", "comes up to {other}", "is approaching {other}"),
    "chasing": ("chases {other}", "is chasing {other}", "races after {other}"),
    "contact": ("touches {other}", "is in contact with {other}", "is touching {other}"),
    "": ("pauses", "waits", "looks around"),
}
# what is told already by saying the other
_IMPLIED = {
    "approaching": ("walking", "swimming"),
    "chasing": ("running", "darting"),
}
_SOCIAL = ("approaching", "chasing", "contact")
_LEAST_SHARE = 0.2  # of the clip that a behaviour must fill to be told


def describe(
    settings: SceneSettings,
    shades: list[str],
    labels: xr.DataArray,
    colourless: bool,
    rng: np.random.Generator,
) -> str:
    """Describe a clip.

    Parameters
    ----------
    settings
        The scene.
    shades
        Colour name of each individual.
    labels
        The clip's labels, ``(time, individual, behavior)``.
    colourless
        Whether colours cannot be seen.
    rng
        Where the choice of words comes from.
    """
    other = "the other" if settings.animals == 2 else "another"
    clauses = []
    for number, shade in enumerate(shades):
        told = _told(labels.isel(individual=number))
        verbs = [_pick(_VERBS[behavior], rng).format(other=other) for behavior in told]
        name = _name(settings.body, "" if colourless else shade, number, rng)
        clauses.append(f"{name} {' and '.join(verbs)}")
    deeds = _enumerated(clauses)
    places = _WATERS if settings.body == "fish" and settings.arena in _WATERS else _PLACES
    where = f"{_pick(places[settings.arena], rng)} {_pick(_LIGHTS[settings.lighting], rng)}"
    if rng.random() < 0.35:
        return _sentence(f"{where.strip()}, {deeds}")
    return _sentence(f"{deeds} {where.strip()}")


def _told(labels: xr.DataArray) -> list[str]:
    """Return the behaviours worth telling: at most two, in the order they begin."""
    values = labels.to_numpy()
    share = dict(zip(labels.behavior.to_numpy().tolist(), values.mean(axis=0), strict=True))
    worth = [name for name in share if share[name] >= _LEAST_SHARE]
    implied = [less for name in worth for less in _IMPLIED.get(name, ())]
    worth = [name for name in worth if name not in implied]
    ranked = sorted(worth, key=lambda name: -share[name] - (name in _SOCIAL))[:2]
    begins = dict(zip(share, values.argmax(axis=0), strict=True))
    return sorted(ranked, key=begins.__getitem__) or [""]


def _name(body: str, shade: str, number: int, rng: np.random.Generator) -> str:
    first = "another" if number and rng.random() < 0.5 else "a"
    seen = shade if rng.random() < 0.6 else ""
    if first == "a" and seen.startswith("a"):
        first = "an"
    return " ".join(word for word in (first, seen, body) if word)


def _enumerated(clauses: list[str]) -> str:
    if len(clauses) < 3:
        return " and ".join(clauses)
    return f"{', '.join(clauses[:-1])}, and {clauses[-1]}"


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _pick(options: tuple[str, ...], rng: np.random.Generator) -> str:
    return options[int(rng.integers(len(options)))]
