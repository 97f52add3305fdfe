from pathlib import Path

import pytest

from ethoprism.project import Project
from ethoprism.project.templates import ethogram_in, templates
from ethoprism_core.errors import EthoprismError


@pytest.mark.parametrize("name", templates())
def test_a_project_can_be_made_of_every_template(name: str, tmp_path: Path):
    ethogram = templates()[name]
    project = Project.create(tmp_path / "study", ethogram)
    assert Project.open(project.folder).ethogram == ethogram
    assert all(behavior.key and behavior.color for behavior in ethogram)


def test_another_projects_ethogram_is_taken_whole(tmp_path: Path):
    ethogram = templates()["Two animals that meet"]
    project = Project.create(tmp_path / "study", ethogram)
    assert ethogram_in(project.file) == ethogram


def test_the_ethogram_of_a_label_file_is_read_without_its_videos(tmp_path: Path):
    labels = tmp_path / "labels.csv"
    labels.write_text(
        "video,behavior,start_s,stop_s\na.mp4,dig,0.5,2\nb.mp4,rest,1,3\n", encoding="utf-8"
    )
    assert ethogram_in(labels).names == ("dig", "rest")


def test_the_ethogram_of_a_boris_project_is_read(real_labels: Path):
    files = sorted((real_labels / "boris").rglob("*.boris"))
    assert len(ethogram_in(files[0])) > 0


def test_a_boris_project_without_behaviours_is_told(tmp_path: Path):
    other = tmp_path / "other.boris"
    other.write_text("{}", encoding="utf-8")
    with pytest.raises(EthoprismError, match="no behaviours"):
        ethogram_in(other)


def test_a_file_of_something_else_is_told(tmp_path: Path):
    other = tmp_path / "notes.txt"
    other.write_text("no labels", encoding="utf-8")
    with pytest.raises(EthoprismError, match="no label format is recognised"):
        ethogram_in(other)
