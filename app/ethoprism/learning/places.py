"""Where a project keeps features, probes and predictions, and how its videos are embedded."""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from ethoprism.defaults import DEFAULT_ENCODER
from ethoprism.options import EmbedOptions
from ethoprism.project import Project
from ethoprism.results import Outputs
from ethoprism_core.errors import EthoprismError
from ethoprism_core.features.store import stored_attributes
from ethoprism_domains.annotation.store import spelled


def features_folder(project: Project) -> Path:
    """Return where feature stores are, one folder in it an encoder."""
    return project.folder / "features"


def feature_store(project: Project, video: str, made_of: Mapping[Any, Any]) -> Path | None:
    """Find the feature store that predictions were made of, by their attributes."""
    folder = features_folder(project) / str(made_of.get("encoder", ""))
    fingerprint = str(made_of.get("video_fingerprint", ""))
    stem = project.path_of(video).stem
    for path in (folder / f"{stem}.zarr", folder / f"{stem}-{fingerprint[:8]}.zarr"):
        if stored_attributes(path).get("video_fingerprint") == fingerprint:
            return path
    return None


def probe_path(project: Project, name: str) -> Path:
    """Return the file of a probe.

    Raises
    ------
    EthoprismError
        If the name cannot be a file's.
    """
    if not name.strip() or spelled(name) != name:
        raise EthoprismError(f"{name!r} is no name for a probe", None, "use letters and digits")
    return project.folder / "probes" / f"{name}.safetensors"


def probe_names(project: Project) -> list[str]:
    """Name the probes that a project has, the one trained last first."""
    folder = project.folder / "probes"
    found = [path for path in folder.glob("*.safetensors") if path.with_suffix(".json").is_file()]
    found = [path for path in found if not path.name.startswith(".")]
    return [path.stem for path in sorted(found, key=_age)]


def predictions_path(project: Project, probe: str, video: str) -> Path:
    """Return the netCDF file of a probe's predictions for a video."""
    return project.folder / "predictions" / probe / f"{spelled(video)}.nc"


def prediction_outputs(project: Project, probe: str, video: str) -> Outputs:
    """Say where the predictions of a video and their bouts go; there is no picture."""
    path = predictions_path(project, probe, video)
    return Outputs(video, path, path.with_name(f"{spelled(video)}.csv"), None)


def project_options(project: Project) -> EmbedOptions:
    """Read from ``project.yaml`` how the project's videos are embedded.

    Raises
    ------
    EthoprismError
        If it names what is no option, or a value that cannot be.
    """
    known = {field.name for field in fields(EmbedOptions)} - {"encoder"}
    given: dict[str, Any] = dict(project.embedding)
    if unknown := sorted(set(given) - known):
        told = f"unknown options {', '.join(unknown)} under embedding"
        raise EthoprismError(told, project.file, f"choose among {', '.join(sorted(known))}")
    crop = given.get("crop")
    if crop is not None:
        if not (isinstance(crop, list | tuple) and len(crop) == 4):
            raise EthoprismError(f"the crop {crop!r}", project.file, "write [left, top, w, h]")
        given |= {"crop": tuple(int(number) for number in crop), "follow": 0}
    return EmbedOptions(encoder=project.encoder or DEFAULT_ENCODER, **given)


def _age(path: Path) -> float:
    return -path.stat().st_mtime
