import importlib
import re
from pathlib import Path

import pytest

import ethoprism as ep
from ethoprism.cli import VERBS, build_parser

DOCS = Path(__file__).resolve().parents[2] / "docs"
README = DOCS.parent / "README.md"
WITH_VERBS_OF_THEIR_OWN = ("dataset", "neuro", "pretrain", "project", "traps")


@pytest.mark.parametrize("name", ep.__all__)
def test_every_name_of_the_facade_is_there(name: str):
    assert getattr(ep, name) is not None
    assert name in dir(ep)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = ep.nothing


@pytest.mark.parametrize("name", ["README.md", "docs/command-line.md", "docs/learning.md"])
def test_python_in_the_docs_uses_names_that_exist(name: str):
    text = (DOCS.parent / name).read_text(encoding="utf-8")
    used = set(re.findall(r"\bep\.(\w+)", text))
    assert used <= set(ep.__all__)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_a_section(verb: str):
    page = (DOCS / "command-line.md").read_text(encoding="utf-8")
    assert re.search(rf"^## {verb}$", page, re.MULTILINE)


@pytest.mark.parametrize("verb", VERBS)
def test_a_verbs_help_is_its_modules_first_line(verb: str):
    module = importlib.import_module(f"ethoprism.cli.{verb}")
    assert module.__doc__ is not None
    assert module.__doc__.strip().splitlines()[0] == VERBS[verb]


@pytest.mark.parametrize("verb", VERBS)
def test_options_in_the_docs_are_options_of_the_verb(verb: str, capsys):
    page = (DOCS / "command-line.md").read_text(encoding="utf-8")
    section = page.split(f"\n## {verb}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("    ethoprism")]
    assert lines
    for line in lines:
        own = [line.split()[2]] if verb in WITH_VERBS_OF_THEIR_OWN else []
        with pytest.raises(SystemExit):
            build_parser(verb).parse_args([verb, *own, "--help"])
        known = capsys.readouterr().out
        for option in re.findall(r"--[a-z-]+", line):
            assert option in known


@pytest.mark.parametrize("page", [README, *sorted(DOCS.glob("*.md"))], ids=lambda path: path.name)
def test_links_lead_to_files_that_are_there(page: Path):
    for link in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        if not link.startswith("http"):
            assert (page.parent / link).exists(), link
