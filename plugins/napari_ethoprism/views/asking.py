"""The system's own dialogs for files and folders, in one place."""

from collections.abc import Sequence
from pathlib import Path

from qtpy.QtWidgets import QFileDialog, QMessageBox, QWidget

from ethoprism_core.video import VIDEO_SUFFIXES

_VIDEOS = " ".join(f"*{suffix}" for suffix in sorted(VIDEO_SUFFIXES))


def ask_folder(parent: QWidget, title: str, start: Path | None = None) -> Path | None:
    """Let the user choose a folder; None if they do not."""
    chosen = QFileDialog.getExistingDirectory(parent, title, str(start or Path.home()))
    return Path(chosen) if chosen else None


def ask_videos(parent: QWidget, title: str, start: Path | None = None) -> list[Path]:
    """Let the user choose video files."""
    kinds = f"Videos ({_VIDEOS});;All files (*)"
    chosen, _ = QFileDialog.getOpenFileNames(parent, title, str(start or Path.home()), kinds)
    return [Path(path) for path in chosen]


def ask_file(parent: QWidget, title: str, kinds: Sequence[str], start: Path) -> Path | None:
    """Let the user choose a file that is there; None if they do not."""
    chosen, _ = QFileDialog.getOpenFileName(parent, title, str(start), ";;".join(kinds))
    return Path(chosen) if chosen else None


def ask_target(parent: QWidget, title: str, kinds: Sequence[str], start: Path) -> Path | None:
    """Let the user choose a file to write; None if they do not.

    Nothing is asked here about a file that is there already: its name may not be the last word.
    """
    quiet = QFileDialog.Option.DontConfirmOverwrite
    chosen, _ = QFileDialog.getSaveFileName(
        parent, title, str(start), ";;".join(kinds), options=quiet
    )
    return Path(chosen) if chosen else None


def confirm(parent: QWidget, question: str, yes: str) -> bool:
    """Ask a question whose safe answer is no."""
    box = QMessageBox(QMessageBox.Icon.Question, "Ethoprism", question, parent=parent)
    accept = box.addButton(yes, QMessageBox.ButtonRole.AcceptRole)
    box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
    box.exec()
    return box.clickedButton() is accept
