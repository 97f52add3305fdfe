"""A probe on disk: arrays in ``<name>.safetensors``, everything else in a readable ``<name>.json``.

The card is for people and programs alike: what the probe is, which features it understands, what
it was trained on and how well it did. It holds the fingerprint of the arrays, so that the two files
cannot be mixed up.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load as load_arrays
from safetensors.numpy import save as save_arrays

from ethoprism_core.errors import EthoprismError
from ethoprism_core.files import atomic_path, write_text
from ethoprism_domains.probe.base import ProbeEstimator
from ethoprism_domains.probe.layout import SampleLayout
from ethoprism_domains.probe.postprocess import PostProcessing
from ethoprism_domains.probe.prediction import Probe
from ethoprism_domains.probe.source import FeatureSource
from ethoprism_domains.probe.train import KINDS

FORMAT = "ethoprism probe"
FORMAT_VERSION = 1


def save_probe(probe: Probe, path: str | Path) -> Path:
    """Write a probe's two files.

    Parameters
    ----------
    probe
        From `train_probe`.
    path
        Where, with or without an ending: ``probes/mouse`` gives ``mouse.safetensors`` and
        ``mouse.json``.

    Returns
    -------
    The path of the ``.safetensors`` file.

    Raises
    ------
    EthoprismError
        If the folder cannot be written to.
    """
    arrays_path, card_path = probe_paths(path)
    arrays = {name: np.ascontiguousarray(a) for name, a in probe.estimator.arrays().items()}
    content = save_arrays(arrays)
    with atomic_path(arrays_path) as temporary:
        temporary.write_bytes(content)
    card = _card(probe) | {"arrays_sha256": hashlib.sha256(content).hexdigest()}
    write_text(card_path, json.dumps(card, indent=2, ensure_ascii=False) + "\n")
    return arrays_path


def load_probe(path: str | Path) -> Probe:
    """Read a probe that `save_probe` wrote; give it to `predict_video`.

    Parameters
    ----------
    path
        Either of its two files, or their common name without an ending.

    Raises
    ------
    EthoprismError
        If a file is missing, damaged, of a later version, or belongs to another probe.
    """
    arrays_path, card_path = probe_paths(path)
    card, content = _read_card(card_path), _read_bytes(arrays_path)
    if hashlib.sha256(content).hexdigest() != card.get("arrays_sha256"):
        raise EthoprismError(
            f"it is damaged, or not the one that {card_path.name} describes",
            arrays_path,
            "copy both files again, or train the probe again",
        )
    try:
        return _from_card(card, load_arrays(content))
    except (KeyError, TypeError, ValueError, SafetensorError) as error:
        raise EthoprismError(
            f"the probe's card is damaged ({type(error).__name__}: {error})",
            card_path,
            "copy it again, or train the probe again",
        ) from error


def probe_paths(path: str | Path) -> tuple[Path, Path]:
    """Give the paths of a probe's arrays and of its card."""
    path = Path(path)
    if path.suffix not in (".safetensors", ".json"):
        path = path.with_name(path.name + ".safetensors")
    return path.with_suffix(".safetensors"), path.with_suffix(".json")


def _card(probe: Probe) -> dict[str, Any]:
    settings = probe.estimator.get_params(deep=False)
    layout = settings.pop("layout")
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "name": probe.name,
        "kind": probe.kind,
        "behaviors": list(probe.behaviors),
        "per_individual": probe.per_individual,
        # regions stand side by side in a token
        "individuals": layout.individuals * (layout.feature_dim // probe.source.feature_dim),
        "windows": probe.windows,
        "features": probe.source.to_mapping(),
        "settings": settings,
        "post_processing": probe.processing.to_mapping(),
        "training": dict(probe.training),
    }


def _read_card(path: Path) -> dict[str, Any]:
    try:
        card = json.loads(_read_bytes(path).decode("utf-8"))
    except ValueError as error:
        raise EthoprismError(
            "the probe's card is not JSON", path, "copy it again, or train the probe again"
        ) from error
    if not isinstance(card, dict) or card.get("format") != FORMAT:
        raise EthoprismError("not the card of a probe", path, "give the file that train wrote")
    if card.get("format_version") != FORMAT_VERSION:
        raise EthoprismError(
            f"a probe file of version {card.get('format_version')}, this program reads "
            f"version {FORMAT_VERSION}",
            path,
            "use the version of ethoprism that wrote it, or train the probe again",
        )
    return card


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = "no such file" if isinstance(error, FileNotFoundError) else error.strerror
        raise EthoprismError(
            f"cannot read the probe ({reason})",
            path,
            "a probe is two files, .safetensors and .json, side by side",
        ) from error


def _from_card(card: Mapping[str, Any], arrays: dict[str, np.ndarray]) -> Probe:
    source = FeatureSource.from_mapping(card["features"])
    estimator = _estimator(card, source.layout(card["individuals"], card["per_individual"]))
    estimator.restore(arrays)
    if len(card["behaviors"]) != len(estimator.constants_):
        raise ValueError(f"{len(card['behaviors'])} behaviours")
    return Probe(
        name=card["name"],
        kind=card["kind"],
        estimator=estimator,
        behaviors=tuple(card["behaviors"]),
        per_individual=card["per_individual"],
        source=source,
        processing=PostProcessing.from_mapping(card["post_processing"]),
        training=card["training"],
        windows=card.get("windows"),
    )


def _estimator(card: Mapping[str, Any], layout: SampleLayout) -> ProbeEstimator:
    kind = KINDS[card["kind"]]
    settings = dict(card["settings"])
    settings["exclusive"] = tuple(tuple(group) for group in settings["exclusive"])
    return kind(layout=layout, **settings)
