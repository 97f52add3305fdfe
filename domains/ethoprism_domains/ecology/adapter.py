"""The adapter of ecology: the first reader of its table that recognises a folder reads it."""

from pathlib import Path

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.base import Dataset
from ethoprism_domains.ecology.chimpact import CHIMPACT
from ethoprism_domains.ecology.clips import CLIPS
from ethoprism_domains.ecology.deployment_folder import (
    is_deployment_folder,
    read_deployment_folder,
)
from ethoprism_domains.ecology.drone import DRONE
from ethoprism_domains.ecology.kabr import KABR
from ethoprism_domains.ecology.mammalps import MAMMALPS
from ethoprism_domains.ecology.package import is_package, read_package
from ethoprism_domains.ecology.reading import DOMAIN_NAME, HABITS, SetReader
from ethoprism_domains.ecology.recordings import dataset_of

# the more a set's folder has of its own, the further up
READERS: tuple[SetReader, ...] = (
    SetReader(
        "Camtrap DP",
        "datapackage.json with deployments, media and observations",
        is_package,
        lambda path: dataset_of(read_package(path)),
    ),
    SetReader(
        "deployments",
        "deployments.csv beside a folder of clips for each site",
        is_deployment_folder,
        lambda path: dataset_of(read_deployment_folder(path)),
    ),
    KABR,
    CHIMPACT,
    MAMMALPS,
    DRONE,
    CLIPS,
)


class EcologyDomain:
    """Reads footage of animals where they live.

    A clip is a sample: what was seen at any time of it is its label. What is left out as a whole is
    a site, for the background of a site tells much of what is seen there.
    """

    name = DOMAIN_NAME
    description = "; ".join(f"{reader.name}: {reader.description}" for reader in READERS)
    habits = HABITS

    def recognises(self, path: Path) -> bool:
        """Recognise what one of the readers does."""
        return _reader(path) is not None

    def read(self, path: Path) -> Dataset:
        """Read it by the first reader that recognises it; else as a plain folder of sites.

        Raises
        ------
        EthoprismError
            If the data are not what they should be.
        """
        reader = _reader(path)
        if reader is None and not path.is_dir():
            raise EthoprismError("no set of ecology", path, f"there are {self.description}")
        return dataset_of(read_deployment_folder(path)) if reader is None else reader.read(path)


ECOLOGY = EcologyDomain()


def _reader(path: Path) -> SetReader | None:
    return next((reader for reader in READERS if reader.recognises(path)), None)
