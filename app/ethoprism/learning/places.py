"""Where a project keeps features, probes and predictions."""

from pathlib import Path

from ethoprism.probe_card import read_card
from ethoprism.project import Project
from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation.store import spelled


def features_folder(project: Project) -> Path:
    """Return where feature stores are, one folder in it an encoder."""
    return project.folder / "features"


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


def card_path(project: Project, name: str) -> Path:
    """Return the card of a probe; errors as for `probe_path`."""
    return probe_path(project, name).with_suffix(".json")


def probe_names(project: Project) -> list[str]:
    """Name the probes that a project has, the one trained last first."""
    folder = project.folder / "probes"
    found = [path for path in folder.glob("*.safetensors") if path.with_suffix(".json").is_file()]
    found = [path for path in found if not path.name.startswith(".")]
    return [path.stem for path in sorted(found, key=_age)]


def probe_kind(project: Project, name: str) -> str:
    """Tell the kind of a probe from its card; empty if that cannot be read."""
    return str(read_card(card_path(project, name)).get("kind", ""))


def outdated_predictions(project: Project, probe: str) -> list[str]:
    """Name the videos whose predictions were made before the probe was trained last."""
    path = probe_path(project, probe)
    if not path.is_file():
        return []
    trained = path.stat().st_mtime
    paths = {video.name: predictions_path(project, probe, video.name) for video in project.videos}
    made = {name: path for name, path in paths.items() if path.is_file()}
    return [name for name, path in made.items() if path.stat().st_mtime < trained]


def predictions_path(project: Project, probe: str, video: str) -> Path:
    """Return the netCDF file of a probe's predictions for a video."""
    return project.folder / "predictions" / probe / f"{spelled(video)}.nc"


def _age(path: Path) -> float:
    return -path.stat().st_mtime
