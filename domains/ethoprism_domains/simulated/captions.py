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
_LIGHTS = {
    "even": ("", "", "in even light"),
    "gradient": ("", "lit from one side", "in light that falls from one side"),
    "vignette": ("", "with dark corners", "lit from above"),
    "flicker": ("", "under a flickering lamp", "in unsteady light"),
    "day": ("", "in daylight", "by day"),
    "night": ("at night", "under infrared light", "in the dark, filmed by infrared"),
}
_VERBS = {
    "resting": ("rests", "sits still", "is resting", "stays where it is"),
    "walking": ("walks", "is walking", "moves about slowly", "walks along"),
    "swimming": ("swims", "is swimming", "swims slowly", "glides along"),
    "running": ("runs", "is running", "dashes", "runs fast"),
    "darting": ("darts", "darts off", "is darting", "swims fast"),
    "turning left": ("turns left", "turns to its left", "is turning left"),
    "turning right": ("turns right", "turns to its right", "is turning right"),
    "grooming": ("grooms", "grooms itself", "is grooming", "cleans itself"),
    "rearing": ("rears", "stands on its hind legs", "is rearing", "rears up"),
    "approaching": ("approaches {other}", "comes up to {other}", "walks towards {other}"),
    "chasing": ("chases {other}", "is chasing {other}", "runs after {other}"),
    "contact": ("touches {other}", "is in contact with {other}", "meets {other}"),
    "": ("pauses", "stands", "looks around"),
}
_LEAST_SHARE = 0.2  # of the clip that a behaviour must fill to be told
_NUMBERS = {1: "one", 2: "two", 3: "three"}


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
    others = "the other" if settings.animals == 2 else "another"
    clauses = []
    for number in range(settings.animals):
        told = _told(labels.isel(individual=number))
        verbs = [_pick(_VERBS[behavior], rng).format(other=others) for behavior in told]
        clauses.append(f"{_name(settings, shades[number], colourless, number, rng)} {_join(verbs)}")
    where = _pick(_PLACES[settings.arena], rng)
    how = _pick(_LIGHTS[settings.lighting], rng)
    setting = " ".join(part for part in (where, how) if part)
    body = _join_clauses(clauses)
    if rng.random() < 0.35:
        return _sentence(f"{setting}, {body}")
    return _sentence(f"{body} {setting}")


def _told(labels: xr.DataArray) -> list[str]:
    """Return the behaviours worth telling: at most two, in the order they begin."""
    share = labels.mean("time").to_numpy()
    names = [str(name) for name in labels.behavior.to_numpy()]
    social = [name in ("approaching", "chasing", "contact") for name in names]
    ranked = sorted(range(len(names)), key=lambda n: (-share[n] - social[n], n))
    chosen = [number for number in ranked if share[number] >= _LEAST_SHARE][:2]
    if not chosen:
        return [""]
    first = {number: int(labels.to_numpy()[:, number].argmax()) for number in chosen}
    return [names[number] for number in sorted(chosen, key=lambda n: (first[n], n))]


def _name(
    settings: SceneSettings, shade: str, colourless: bool, number: int, rng: np.random.Generator
) -> str:
    words = ["another" if number and not rng.integers(2) else "a"]
    if not colourless and rng.random() < 0.6:
        words.append(shade)
    words.append(settings.body)
    if words[0] == "a" and words[1][0] in "aeio":
        words[0] = "an"
    return " ".join(words)


def _join(verbs: list[str]) -> str:
    return " and ".join(verbs)


def _join_clauses(clauses: list[str]) -> str:
    if len(clauses) == 1:
        return clauses[0]
    return (
        ", ".join(clauses[:-1])
        + " and " * (len(clauses) < 3)
        + ", and " * (len(clauses) > 2)
        + clauses[-1]
    )


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + "."


def _pick(options: tuple[str, ...], rng: np.random.Generator) -> str:
    return options[int(rng.integers(len(options)))]
