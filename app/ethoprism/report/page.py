"""Render the report: one HTML file that needs nothing beside it, neither files nor network."""

from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from ethoprism.report.content import Page
from ethoprism_core.files import write_text


def render(page: Page) -> str:
    """Return `page` as one self-contained HTML document; all text in it is escaped."""
    environment = Environment(
        loader=PackageLoader("ethoprism.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["percent"] = _percent
    environment.filters["score"] = _score
    return environment.get_template("page.html.jinja").render(page=page)


def write_page(page: Page, path: Path) -> None:
    """Write `page` to `path`, atomically."""
    write_text(path, render(page))


def _percent(share: float) -> str:
    """Write a share as a person would: 12 %, 3.4 %, 0 %."""
    percent = 100 * share
    return f"{percent:.0f} %" if percent >= 9.95 or percent == 0 else f"{percent:.1f} %"


def _score(value: float) -> str:
    return "–" if value != value else f"{value:.2f}"
