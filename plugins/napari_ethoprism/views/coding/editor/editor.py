"""Edits the project's ethogram: nothing is changed until it is saved."""

from collections.abc import Callable, Mapping
from pathlib import Path

from qtpy.QtCore import Signal
from qtpy.QtGui import QAction
from qtpy.QtWidgets import (
    QLabel,
    QMenu,
    QMessageBox,
    QPushButton,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from ethoprism.project.templates import ethogram_in, templates
from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import Ethogram
from napari_ethoprism.session import Session
from napari_ethoprism.views.asking import ask_file
from napari_ethoprism.views.coding.choosers import row_of
from napari_ethoprism.views.coding.editor.behavior_page import BehaviorPage
from napari_ethoprism.views.coding.editor.draft import Draft
from napari_ethoprism.views.coding.editor.exclusion_page import ExclusionPage
from napari_ethoprism.views.coding.editor.problems import Place, find_problems
from napari_ethoprism.views.coding.editor.relabeling import Uses, rename_everywhere
from napari_ethoprism.views.coding.editor.subject_page import SubjectPage
from napari_ethoprism.views.theme import Theme

_KINDS = ("Ethograms (*.yaml *.yml *.boris *.boris.gz)", "All files (*)")

Ask = Callable[[QWidget, str], str]


class EthogramEditor(QWidget):
    """Edits behaviours, exclusions and subjects.

    Parameters
    ----------
    ask
        Asks whether events follow their behaviour's new name: ``relabel``, ``leave`` or ``cancel``.

    Attributes
    ----------
    closed
        Emitted when the ethogram was saved, or editing was given up.
    """

    closed = Signal()

    def __init__(
        self,
        session: Session,
        theme: Theme,
        ask: Ask | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("ethogram editor")
        self._session, self._theme, self._ask = session, theme, ask or ask_about_events
        self.draft, self._uses = Draft(), Uses.of(None)
        self.behaviors = BehaviorPage(theme)
        self.exclusions = ExclusionPage()
        self.subjects = SubjectPage(theme)
        self._told = QLabel()
        self._told.setObjectName("editor says")
        self._told.setWordWrap(True)
        self._save = QPushButton("Save")
        self._lay_out()
        for page in (self.behaviors, self.exclusions, self.subjects):
            page.edited.connect(self._take)

    def begin(self) -> None:
        """Begin to edit the session's ethogram.

        Raises
        ------
        EthoprismError
            If annotations cannot be read, so that nobody knows which behaviours have events.
        """
        self._uses = Uses.of(self._session.project)
        self._take(Draft.of(self._session.ethogram))

    def add_from(self, ethogram: Ethogram) -> None:
        """Add what another ethogram has to the draft."""
        self._take(self.draft.joined(ethogram))

    def save(self) -> None:
        """Write the ethogram, and if the user wishes the new names into all annotations."""
        session, renames = self._session, self.draft.renames()
        used = {old: new for old, new in renames.items() if self._uses.counts.get(old)}
        choice = self._ask(self, self._question(used)) if used else "leave"
        if choice == "cancel":
            return
        try:
            ethogram = self.draft.ethogram()
        except EthoprismError as error:
            session.tell_problem(error)
            return
        if not session.set_ethogram(ethogram):
            return
        if choice == "relabel":
            places = set().union(*(self._uses.places[old] for old in used))
            done = rename_everywhere(session, used, places)
            session.tell(f"{done} of {len(places)} annotations have the new namesnow")
        self.closed.emit()

    def _lay_out(self) -> None:
        tabs = QTabWidget()
        for title, page in (
            ("Behaviours", self.behaviors),
            ("Exclusions", self.exclusions),
            ("Subjects", self.subjects),
        ):
            area = QScrollArea()
            area.setWidgetResizable(True)
            area.setFrameShape(QScrollArea.Shape.NoFrame)
            area.setWidget(page)
            tabs.addTab(area, title)
        sources = QPushButton("Add from…")
        sources.setObjectName("add from")
        sources.setToolTip("Add behaviours of another project, of a BORIS project or a template")
        sources.setMenu(self._menu())
        cancel = QPushButton("Cancel")
        cancel.setObjectName("cancel ethogram")
        cancel.setToolTip("Leave the ethogram as it was")
        cancel.clicked.connect(self.closed)
        self._save.setObjectName("save ethogram")
        self._save.setToolTip("Write the ethogram into the project")
        self._save.clicked.connect(self.save)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(tabs, 1)
        column.addWidget(self._told)
        column.addLayout(row_of(sources, cancel, self._save))

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.addAction("A project or label file…").triggered.connect(self._on_import)
        menu.addSeparator()
        for title in templates():
            action = menu.addAction(title)
            action.setData(title)
            action.triggered.connect(self._on_template)
        return menu

    def _take(self, draft: Draft) -> None:
        """Show a draft, and what is wrong with it."""
        self.draft = draft
        problems = find_problems(draft, self._uses.kinds)
        self.behaviors.show_draft(draft, problems)
        self.exclusions.show_draft(draft)
        self.subjects.show_draft(draft, problems)
        self._save.setEnabled(not problems)
        self._told.setText(self._summary(problems))
        color = self._theme.colors.problem if problems else self._theme.colors.text
        self._told.setStyleSheet(f"color: {color}")

    def _summary(self, problems: Mapping[Place, str]) -> str:
        if problems:
            (kind, at, _), told = next(iter(problems.items()))
            items = self.draft.behaviors if kind == "behavior" else self.draft.subjects
            more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
            return f"{items[at].name or 'One without a name'}: {told}{more}"
        gone = self.draft.removed(self._session.ethogram)
        counted = [(name, self._uses.counts.get(name, 0)) for name in gone]
        return "\n".join(
            f"{count} events of {name} stay in the annotations." for name, count in counted if count
        )

    def _question(self, renames: Mapping[str, str]) -> str:
        lines = [
            f"{old} is now called {new}, and has {self._uses.counts[old]} events in "
            f"{len(self._uses.places[old])} annotations."
            for old, new in renames.items()
        ]
        return "\n".join([*lines, "Give these events the new name too?"])

    def _on_import(self) -> None:
        path = ask_file(self, "Ethogram of a project or a label file", _KINDS, Path.home())
        if path is None:
            return
        try:
            self.add_from(ethogram_in(path))
        except EthoprismError as error:
            self._session.tell_problem(error)

    def _on_template(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.add_from(templates()[action.data()])


def ask_about_events(parent: QWidget, question: str) -> str:
    """Ask in a message box whether events follow their behaviour's new name."""
    box = QMessageBox(QMessageBox.Icon.Question, "New names", question, parent=parent)
    relabel = box.addButton("Relabel them", QMessageBox.ButtonRole.AcceptRole)
    leave = box.addButton("Leave them", QMessageBox.ButtonRole.DestructiveRole)
    box.addButton(QMessageBox.StandardButton.Cancel)
    box.exec()
    answers = {id(relabel): "relabel", id(leave): "leave"}
    return answers.get(id(box.clickedButton()), "cancel")
