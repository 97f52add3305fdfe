import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]

# PyPI's name -> conda-forge's, where they differ
CONDA_NAMES = {"opencv-python-headless": "py-opencv", "matplotlib": "matplotlib-base"}
# conda lists Qt by itself: its napari has no extras
ONLY_CONDA = {"python", "pip", "pyqt"}


def requirements(*extras: str) -> list[Requirement]:
    lines = [*PROJECT["project"]["dependencies"]]
    lines += [line for extra in extras for line in EXTRAS[extra]]
    return [Requirement(line) for line in lines]


def pinned() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return {canonicalize_name(name): version for name, version in (x.split("==") for x in lines)}


def test_the_conda_environment_is_in_step_with_pyproject():
    listed = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    conda = [Requirement(line) for line in listed["dependencies"] if isinstance(line, str)]
    here = {r.name: str(r.specifier) for r in conda if r.name not in ONLY_CONDA}
    there = {CONDA_NAMES.get(r.name, r.name): str(r.specifier) for r in requirements("gui")}
    assert here == there
    python = next(r for r in conda if r.name == "python")
    assert str(python.specifier) == PROJECT["project"]["requires-python"]


def test_constraints_pin_names_and_versions_only():
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+_-]+", line), line


@pytest.mark.parametrize("requirement", requirements("gui", "test"), ids=lambda r: r.name)
def test_every_dependency_is_pinned_to_a_version_that_it_allows(requirement: Requirement):
    version = pinned()[canonicalize_name(requirement.name)]
    assert requirement.specifier.contains(version, prereleases=True)


@pytest.mark.parametrize("name", sorted({r.name for r in requirements(*EXTRAS)}))
def test_every_dependency_has_its_reason(name: str):
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    assert f"| {name} |" in page


def test_every_file_of_the_packages_that_is_not_code_ships():
    # hatch ships all that git does not ignore: no package data may match an ignored pattern
    ignored = {line.rstrip("/") for line in (ROOT / ".gitignore").read_text().split()}
    packages = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    data = [
        path
        for package in packages
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix != ".py" and "__pycache__" not in path.parts
    ]
    assert any(path.suffix == ".jinja" for path in data)
    assert not [p for p in data if any(p.match(pattern) for pattern in ignored)]
