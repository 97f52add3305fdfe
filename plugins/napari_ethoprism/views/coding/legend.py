"""The legend of keys: what codes what, and all commands; for the screen and for the wall."""

from collections.abc import Iterator
from html import escape
from pathlib import Path

from qtpy.QtCore import QBuffer, QByteArray, QIODevice, Qt
from qtpy.QtGui import QColor, QImage, QPainter, QTextDocument
from qtpy.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from ethoprism_core.errors import EthoprismError
from ethoprism_core.files import atomic_path
from ethoprism_domains.annotation import Behavior, Ethogram
from napari_ethoprism.keys import COMMANDS, Command
from napari_ethoprism.session import Session
from napari_ethoprism.views.asking import ask_target, confirm
from napari_ethoprism.views.coding.bindings import command_keys
from napari_ethoprism.views.theme import Colors, Theme

_PAPER = Colors("#ffffff", "#e6e6e6", "#707070", "#111111", "#0060c7", "#b06000")
_WIDTH, _SHARPNESS = 620, 3  # of the picture: in points, and pixels to a point


class Legend(QDialog):
    """Shows all keys beside the window, and saves them as a picture."""

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("legend")
        self.setWindowTitle("Keys")
        self._session, self._theme = session, theme
        self._page = QTextBrowser()
        self._page.setOpenLinks(False)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        save = buttons.addButton("Save as a picture…", QDialogButtonBox.ButtonRole.ActionRole)
        save.setObjectName("save legend")
        save.setToolTip("Write a PNG file to print")
        save.clicked.connect(self._ask_where)
        buttons.rejected.connect(self.close)
        column = QVBoxLayout(self)
        column.addWidget(self._page, 1)
        column.addWidget(buttons)
        self.resize(560, 640)
        session.ethogram_changed.connect(self.refresh)
        session.project_changed.connect(self.refresh)
        theme.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the keys of the ethogram as it is now."""
        colors = self._theme.colors
        self._page.setStyleSheet(f"background: {colors.background}; color: {colors.text}")
        self._page.setHtml(legend_html(self._session.ethogram, colors))

    def _ask_where(self) -> None:
        name, kinds = Path.home() / "keys.png", ("Pictures (*.png)",)
        path = ask_target(self, "Save the keys as a picture", kinds, name)
        if path is None:
            return
        path = path if path.suffix.lower() == ".png" else path.with_name(f"{path.name}.png")
        if path.exists() and not confirm(self, f"{path.name} is there already.", "Replace it"):
            return
        try:
            save_legend(self._session.ethogram, path)
        except EthoprismError as error:
            self._session.tell_problem(error)
            return
        self._session.tell(f"saved {path}")


def save_legend(ethogram: Ethogram, path: Path) -> None:
    """Draw the keys black on white into a PNG file.

    Raises
    ------
    EthoprismError
        If the file cannot be written.
    """
    document = QTextDocument()
    document.setHtml(legend_html(ethogram, _PAPER))
    document.setTextWidth(_WIDTH)
    height = int(document.size().height())
    picture = QImage(_WIDTH * _SHARPNESS, height * _SHARPNESS, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.white)
    painter = QPainter(picture)
    painter.scale(_SHARPNESS, _SHARPNESS)
    document.drawContents(painter)
    painter.end()
    written = QByteArray()
    buffer = QBuffer(written)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture.save(buffer, "PNG")
    with atomic_path(path) as temporary:
        temporary.write_bytes(bytes(written))


def legend_html(ethogram: Ethogram, colors: Colors) -> str:
    """Write the legend as a page."""
    groups: dict[str, list[Behavior]] = {}
    for behavior in ethogram:
        groups.setdefault(behavior.category or "Behaviours", []).append(behavior)
    parts = [
        _section(title, [_behavior_row(item, colors) for item in behaviors], colors)
        for title, behaviors in groups.items()
    ]
    who = [_row(item.key, item.name, item.description, colors) for item in ethogram.subjects]
    parts += [_section("Subjects", who, colors)] if who else []
    for title, commands in _command_groups():
        rows = [_row(item.shown, item.help, "", colors) for item in commands]
        parts.append(_section(title, rows, colors))
    return f'<body style="color:{colors.text}">{"".join(parts)}</body>'


def _command_groups() -> Iterator[tuple[str, list[Command]]]:
    groups: dict[str, list[Command]] = {}
    for item in COMMANDS:
        groups.setdefault(item.group, []).append(item)
    yield from groups.items()


def _section(title: str, rows: list[str], colors: Colors) -> str:
    lines = "".join(rows)
    return f'<h3>{escape(title)}</h3><table cellspacing="3" width="100%">{lines}</table>'


def _behavior_row(behavior: Behavior, colors: Colors) -> str:
    told = ["a point" if behavior.kind == "point" else "a state"]
    told += ["whole scene"] if not behavior.per_subject else []
    told += [behavior.description] if behavior.description else []
    key = "" if behavior.key in command_keys() else behavior.key
    return _row(key, behavior.name, " · ".join(told), colors, behavior.color)


def _row(key: str, name: str, told: str, colors: Colors, color: str = "") -> str:
    cap = f'<td width="90" align="center" bgcolor="{color or colors.foreground}"><b>'
    ink = _ink_on(color) if color else colors.text
    cell = f'{cap}<span style="color:{ink}">{escape(key) or "–"}</span></b></td>'
    more = f" <i>{escape(told)}</i>" if told else ""
    return f"<tr>{cell}<td>&nbsp;{escape(name)}{more}</td></tr>"


def _ink_on(color: str) -> str:
    return "#000000" if QColor(color).lightnessF() > 0.45 else "#ffffff"
