"""The adapter of animal behaviour: the first reader that recognises a folder reads it."""

from pathlib import Path

from ethoprism_domains.animal_behavior import calms21, crim13, flyvsfly, folder
from ethoprism_domains.animal_behavior.reading import DOMAIN_NAME, HABITS, SetReader
from ethoprism_domains.base import Dataset

# the more a set's folder has of its own, the further up
READERS: tuple[SetReader, ...] = (
    SetReader(
        calms21.DESCRIPTION, lambda path: bool(calms21.label_files(path)), calms21.read_calms21
    ),
    SetReader(flyvsfly.DESCRIPTION, flyvsfly.recognises, flyvsfly.read_flyvsfly),
    SetReader(crim13.DESCRIPTION, crim13.recognises, crim13.read_crim13),
    SetReader(folder.DESCRIPTION, folder.recognises, folder.read_folder),
)


class AnimalBehaviorDomain:
    """Reads public sets of social behaviour, and folders of a lab's own.

    As in the science benchmark of VideoPrism (Zhao et al., 2024), a window of the whole picture has
    the label of its middle frame, and the mean of average precisions leaves out the background.
    """

    name = DOMAIN_NAME
    description = "; ".join(reader.description for reader in READERS)
    habits = HABITS

    def recognises(self, path: Path) -> bool:
        """Recognise what one of the readers does."""
        return any(reader.recognises(path) for reader in READERS)

    def read(self, path: Path) -> Dataset:
        """Read it by the first reader that recognises it, else as a lab's own folder.

        Raises
        ------
        EthoprismError
            If it holds neither, or a file of it is not what it should be.
        """
        fitting = (reader for reader in READERS if reader.recognises(path))
        return next(fitting, READERS[-1]).read(path)


ANIMAL_BEHAVIOR = AnimalBehaviorDomain()
