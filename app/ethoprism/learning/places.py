"""Where a project keeps features, probes and predictions."""

from pathlib import Path

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


def probe_names(project: Project) -> list[str]:
    """Name the probes that a project has, the one trained last first."""
    folder = project.folder / "probes"
    found = [path for path in folder.glob("*.safetensors") if path.with_suffix(".json").is_file()]
    found = [path for path in found if not path.name.startswith(".")]
    return [path.stem for path in sorted(found, key=_age)]


def predictions_path(project: Project, probe: str, video: str) -> Path:
    """Return the netCDF file of a probe's predictions for a video."""
    return project.folder / "predictions" / probe / f"{spelled(video)}.nc"


def _age(path: Path) -> float:
    return -path.stat().st_mtime
