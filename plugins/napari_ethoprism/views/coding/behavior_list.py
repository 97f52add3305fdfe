"""The ethogram as buttons: categories as groups, and a search for long ones."""

from collections.abc import Callable, Iterator, Mapping

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QLabel, QLineEdit, QScrollArea, QToolButton, QVBoxLayout, QWidget

from ethoprism_domains.annotation import Behavior, Ethogram
from ethoprism_domains.annotation.editing import Event
from napari_ethoprism.keys import Command
from napari_ethoprism.views.coding.behavior_button import BehaviorButton
from napari_ethoprism.views.coding.bindings import Bindings
from napari_ethoprism.views.theme import Theme

_MANY = 12  # so many are found at a glance


class BehaviorList(QWidget):
    """Buttons for all behaviours of an ethogram.

    Attributes
    ----------
    tapped
        Emitted with the name of the behaviour whose button was clicked.
    """

    tapped = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.buttons: dict[str, BehaviorButton] = {}
        self._groups: list[_Group] = []
        self._search = QLineEdit()
        self._search.setObjectName("search behaviours")
        self._search.setPlaceholderText("Find a behaviour by its name or key")
        self._search.setClearButtonEnabled(True)
        self._search.textChanged.connect(self._filter)
        self._nothing = QLabel("No behaviour is called so.")
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFrameShape(QScrollArea.Shape.NoFrame)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._search)
        layout.addWidget(self._nothing)
        layout.addWidget(self._area, 1)
        self.set_ethogram(Ethogram(()))

    def set_ethogram(self, ethogram: Ethogram) -> None:
        """Make the buttons of an ethogram."""
        taken = Bindings.of(ethogram).taken
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 4, 0)
        column.setSpacing(3)
        self.buttons.clear()
        self._groups = []
        for category, behaviors in _by_category(ethogram):
            group = _Group(category, [self._button(item, taken) for item in behaviors])
            column.addWidget(group)
            self._groups.append(group)
        column.addStretch(1)
        self._area.setWidget(inside)
        self._search.setVisible(len(ethogram) > _MANY)
        self._search.clear()
        self._filter("")

    def refresh(self, ask: Callable[[str], tuple[Event | None, str]]) -> None:
        """Show what holds: `ask` gives a behaviour's event, and since when in words."""
        for name, button in self.buttons.items():
            button.show_event(*ask(name))

    def _button(self, behavior: Behavior, taken: Mapping[str, Command]) -> BehaviorButton:
        problem = ""
        if behavior.key in taken:
            problem = f"Its key does not code it, for it means: {taken[behavior.key].help}."
        button = BehaviorButton(behavior, self._theme, problem)
        button.clicked.connect(self._on_click)
        self.buttons[behavior.name] = button
        return button

    def _on_click(self) -> None:
        button = self.sender()
        if isinstance(button, BehaviorButton):
            self.tapped.emit(button.behavior.name)

    def _filter(self, text: str) -> None:
        shown = [group.filter(text.strip()) for group in self._groups]
        self._nothing.setVisible(bool(text.strip()) and not any(shown))


class _Group(QWidget):
    """The buttons of one category under its heading, which folds them away."""

    def __init__(self, category: str, buttons: list[BehaviorButton]) -> None:
        super().__init__()
        self._buttons = buttons
        self._heading = QToolButton()
        self._heading.setText(category)
        self._heading.setObjectName(f"category {category}")
        self._heading.setCheckable(True)
        self._heading.setChecked(True)
        self._heading.setAutoRaise(True)
        self._heading.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._heading.setArrowType(Qt.ArrowType.DownArrow)
        self._heading.setToolTip("Fold or unfold this category")
        self._heading.setVisible(bool(category))
        self._heading.toggled.connect(self._fold)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self._heading)
        for button in buttons:
            column.addWidget(button)

    def filter(self, text: str) -> bool:
        """Show the buttons that a text means, and say whether there are any."""
        for button in self._buttons:
            found = _is_meant(button.behavior, text)
            button.setVisible(found and (bool(text) or self._heading.isChecked()))
        found = any(_is_meant(button.behavior, text) for button in self._buttons)
        self.setVisible(found)
        return found

    def _fold(self, is_open: bool) -> None:
        arrow = Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow
        self._heading.setArrowType(arrow)
        for button in self._buttons:
            button.setVisible(is_open)


def _by_category(ethogram: Ethogram) -> Iterator[tuple[str, list[Behavior]]]:
    groups: dict[str, list[Behavior]] = {}
    for behavior in ethogram:
        groups.setdefault(behavior.category, []).append(behavior)
    yield from groups.items()


def _is_meant(behavior: Behavior, text: str) -> bool:
    words = text.casefold()
    told = (behavior.name, behavior.category, behavior.description)
    return behavior.key == text or any(words in part.casefold() for part in told)
