"""What to train: a preset by its name, or a Python file of one's own."""

import runpy
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from ethoprism_core.errors import EthoprismError
from ethoprism_core.pretraining import ContrastiveConfig, MaskedConfig
from ethoprism_core.pretraining.data import Views

Config = ContrastiveConfig | MaskedConfig
STAGES: Mapping[str, type[ContrastiveConfig] | type[MaskedConfig]] = {
    "contrastive": ContrastiveConfig,
    "masked": MaskedConfig,
    "distill": MaskedConfig,
}
PRESETS = ("laptop", "paper", "tiny")


@dataclass(frozen=True)
class Recipe:
    """What is trained, and how clips are cut for it.

    Parameters
    ----------
    config
        The stage's sizes, optimiser and run.
    views
        How clips are cut out of footage and altered.
    weights
        How often each corpus comes, by its name; those that are not named come as often as they
        have clips.
    """

    config: Config
    views: Views = field(default_factory=Views)
    weights: Mapping[str, float] = field(default_factory=dict)

    def shortened(self, steps: int | None, batch: int | None) -> "Recipe":
        """Return it with another number of steps or clips in a batch, where one is given."""
        run = self.config.run
        changed = replace(run, steps=steps or run.steps, batch=batch or run.batch)
        return replace(self, config=replace(self.config, run=changed))

    def retuning(self) -> "Recipe":
        """Return it with the video encoder frozen: the texts are tuned to it.

        Raises
        ------
        EthoprismError
            If it is a recipe without texts.
        """
        if not isinstance(self.config, ContrastiveConfig):
            raise EthoprismError(
                "there are no texts to tune to a frozen encoder", None, "use pretrain contrastive"
            )
        return replace(self, config=self.config.retuning())


def preset(stage: str, name: str) -> Recipe:
    """Return the recipe of a preset: ``laptop``, ``paper`` or ``tiny``.

    ``distill`` shows the student everything: nothing is hidden, and nothing is shuffled.

    Raises
    ------
    EthoprismError
        If there is no such stage or preset.
    """
    if stage not in STAGES or name not in PRESETS:
        raise EthoprismError(
            "there is no such preset", f"{stage} {name}", f"use one of {', '.join(PRESETS)}"
        )
    config: Config = getattr(STAGES[stage], name)()
    if stage == "distill" and isinstance(config, MaskedConfig):
        config = replace(config, mask=0.0, shuffle=False)
    return Recipe(config)


def read_recipe(stage: str, path: str | Path) -> Recipe:
    """Run a Python file that sets `config`, and if it likes `views` and `weights`.

    Parameters
    ----------
    stage
        ``contrastive``, ``masked`` or ``distill``.
    path
        The file. It is a program: run only those that you trust.

    Raises
    ------
    EthoprismError
        If the file cannot be read, fails, or does not set what it should.
    """
    path = Path(path)
    try:
        found = runpy.run_path(str(path))
    except OSError as error:
        raise EthoprismError(
            f"cannot read ({error.strerror or error})", path, "check the path"
        ) from error
    except Exception as error:  # whatever the user's own program raises
        reason = " ".join(str(error).split()) or type(error).__name__
        raise EthoprismError(f"the configuration fails ({reason})", path, "correct it") from error
    wanted = STAGES[stage]
    if not isinstance(found.get("config"), wanted):
        raise EthoprismError(
            f"no config of the kind {wanted.__name__}",
            path,
            f"let it say config = {wanted.__name__}(...)",
        )
    views, weights = found.get("views", Views()), found.get("weights", {})
    if not isinstance(views, Views) or not isinstance(weights, Mapping):
        raise EthoprismError(
            "views or weights are of another kind",
            path,
            'let it say views = Views(...), and weights = {"corpus": 2.0}',
        )
    return Recipe(found["config"], views, {str(n): float(w) for n, w in weights.items()})
