"""Camera traps, however they lie on the disk."""

from pathlib import Path

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.ecology.deployment_folder import read_deployment_folder
from ethoprism_domains.ecology.package import is_package, read_package
from ethoprism_domains.ecology.traps import CameraTraps


def read_camera_traps(path: str | Path) -> CameraTraps:
    """Read a package of Camtrap DP, or a folder with a folder of clips for each site.

    Raises
    ------
    EthoprismError
        If it is neither, or cannot be read.
    """
    path = Path(path)
    if not path.exists():
        raise EthoprismError("there is nothing", path, "check the path")
    return read_package(path) if is_package(path) else read_deployment_folder(path)
