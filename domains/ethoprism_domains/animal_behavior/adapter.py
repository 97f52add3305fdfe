"""The adapter of animal behaviour: CalMS21, task 1."""

from pathlib import Path

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.animal_behavior import calms21
from ethoprism_domains.base import Dataset, Habits, ProbeChoice, Sampling, Scoring


class AnimalBehaviorDomain:
    """Reads public sets of social behaviour.

    As in the science benchmark of VideoPrism (Zhao et al., 2024), a window of the whole picture has
    the label of its middle frame, and the mean of average precisions leaves out the background.
    """

    name = "animal_behavior"
    description = "CalMS21 task 1: calms21_task1_train.json, calms21_task1_test.json and videos"
    habits = Habits(
        Sampling("window", frames=16),
        ProbeChoice("attention"),
        "animal",
        Scoring("average_precision", excluded=(calms21.BACKGROUND,)),
        ("boris", "bouts-csv"),
    )

    def recognises(self, path: Path) -> bool:
        """Recognise it by the names of its label files."""
        return bool(calms21.label_files(path))

    def read(self, path: Path) -> Dataset:
        """Read the label files, and find the videos below `path`.

        Raises
        ------
        EthoprismError
            If there are no label files, or one is not what it should be.
        """
        files = calms21.label_files(path)
        if not files:
            told = "there is no calms21_task1_train.json and no calms21_task1_test.json"
            raise EthoprismError(told, path, "unpack task1_classic_classification.zip there")
        return calms21.read_calms21(path, files, self.name, self.habits)


ANIMAL_BEHAVIOR = AnimalBehaviorDomain()
