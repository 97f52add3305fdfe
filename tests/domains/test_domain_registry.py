"""Adapters by name, the one of the documentation installed as another package's."""

import re
import sys
from pathlib import Path

import pandas as pd
import pytest

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.base import Dataset, Domain
from ethoprism_domains.checking import check_dataset
from ethoprism_domains.registry import domain_names, load_domain, read_dataset, recognise_domain
from ethoprism_domains.simulated import SceneSettings, plan_study, write_study

PAGE = Path(__file__).resolve().parents[2] / "docs" / "domains.md"
SCENE = SceneSettings(size=(64, 64), frames=24, fps=25.0, noise=1.0)


def install(folder: Path, entries: str) -> None:
    """Install the adapter that the documentation shows, as pip would leave it."""
    code = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert code is not None
    (folder / "our_lab.py").write_text(code[1], encoding="utf-8")
    info = folder / "our_lab-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: our-lab\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[ethoprism.domains]\n{entries}\n", encoding="utf-8")


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    yield folder
    sys.modules.pop("our_lab", None)


@pytest.fixture
def lab_data(tmp_path: Path) -> Path:
    """Two videos of a lab, one of them without labels."""
    folder = tmp_path / "our data"
    write_study(folder, plan_study(SCENE, videos=2, seed=1))
    bouts = pd.read_csv(folder / "labels.csv")
    first, second = sorted(path.name for path in folder.glob("*.mp4"))
    own = bouts[bouts["video"] == first]
    own.to_csv(folder / Path(first).with_suffix(".csv"), index=False)
    table = pd.DataFrame({"video": [first, second], "animal": ["Ada", "Bo"]})
    table.to_csv(folder / "animals.csv", index=False)
    (folder / "labels.csv").unlink()
    (folder / "videos.csv").unlink()
    return folder


def test_built_in_adapters_are_domains():
    for name in domain_names():
        domain = load_domain(name)
        assert isinstance(domain, Domain)
        assert domain.name == name


def test_the_adapter_of_the_documentation_works_where_it_is_installed(packages, lab_data: Path):
    assert "our_lab" not in domain_names()
    install(packages, "our_lab = our_lab:DOMAIN\nsimulated = our_lab:DOMAIN")
    assert domain_names().count("simulated") == 1  # a built-in name cannot be taken over
    assert load_domain("simulated").name == "simulated"
    assert recognise_domain(lab_data).name == "our_lab"
    dataset = read_dataset(lab_data)
    assert isinstance(dataset, Dataset)
    assert [item.groups["animal"] for item in dataset.recordings] == ["Ada", "Bo"]
    assert [item.labelled for item in dataset.recordings] == [True, False]
    kinds = {finding.kind for finding in check_dataset(dataset) if finding.wrong}
    assert kinds == {"missing file"}
    dataset.recordings[0].video.unlink()
    found = [item.where for item in check_dataset(read_dataset(lab_data)) if item.wrong]
    assert found == [item.name for item in dataset.recordings[::-1]]  # labels, then a video


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("ours = our_lab:OurLab", "our_lab:OurLab is no domain adapter, ours"),
        ("ours = our_lab:Path", "our_lab:Path is no domain adapter"),
        ("ours = our_lab:MISSING", "the adapter of the domain cannot be loaded"),
        ("ours = their_lab:DOMAIN", "cannot be loaded .No module named 'their_lab'"),
    ],
)
def test_what_is_no_adapter_is_told(packages, entry: str, told: str):
    install(packages, entry)
    with pytest.raises(EthoprismError, match=told):
        load_domain("ours")


def test_two_adapters_for_one_folder_are_told(packages, lab_data: Path):
    install(packages, "one = our_lab:DOMAIN\nother = our_lab:DOMAIN")
    with pytest.raises(EthoprismError, match="say which with --domain"):
        read_dataset(lab_data)
    assert len(read_dataset(lab_data, "one").recordings) == 2


def test_mistakes_are_answered_with_what_there_is(tmp_path: Path):
    with pytest.raises(EthoprismError, match="there is no such domain, fish, use one of animal"):
        load_domain("fish")
    with pytest.raises(EthoprismError, match=r"no domain recognises these data.*simulated"):
        read_dataset(tmp_path)
    with pytest.raises(EthoprismError, match=r"there is nothing, .*nowhere"):
        read_dataset(tmp_path / "nowhere")
