"""The button of one behaviour: its colour, name and key, and whether it holds now."""

from qtpy.QtCore import QPointF, QRectF, QSize, Qt
from qtpy.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen, QPolygonF
from qtpy.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from ethoprism_domains.annotation import Behavior
from ethoprism_domains.annotation.editing import Event
from napari_ethoprism.views.coding.bindings import key_shown
from napari_ethoprism.views.theme import Theme

_HEIGHT, _MARGIN, _SWATCH = 30, 7, 14
_MARKS = {"present": "", "unsure": "?", "absent": "✕"}
_KINDS = {"state": "a state: tap its key to start and stop it, or hold the key", "point": "a point"}


class BehaviorButton(QAbstractButton):
    """Shows a behaviour, and whether it holds at the playhead and since when.

    Parameters
    ----------
    behavior
        The behaviour.
    theme
        The window's colours.
    key_problem
        Why its key does not code it; empty if it does.
    """

    def __init__(
        self, behavior: Behavior, theme: Theme, key_problem: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.behavior, self._theme, self._problem = behavior, theme, key_problem
        self._event: Event | None = None
        self._since = ""
        self.setObjectName(f"behavior {behavior.name}")
        self.setText(behavior.name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip(self._hint())
        self._tell_state()
        theme.changed.connect(self.update)

    @property
    def event_shown(self) -> Event | None:
        """The event that holds now, if any."""
        return self._event

    def show_event(self, event: Event | None, since: str) -> None:
        """Show the event that holds, and since when, in words."""
        if event != self._event or since != self._since:
            self._event, self._since = event, since
            self._tell_state()
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Give the size it would like to have."""
        width = self.fontMetrics().horizontalAdvance(self.text()) + 120
        return QSize(width, max(_HEIGHT, self.fontMetrics().height() + 12))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Give the size it needs; long names are cut."""
        return QSize(120, self.sizeHint().height())

    def paintEvent(self, _: QPaintEvent | None) -> None:  # noqa: N802
        """Draw it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        row = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        self._paint_ground(painter, row)
        self._paint_swatch(painter, row)
        right = self._paint_key(painter, row)
        right = self._paint_since(painter, row, right)
        self._paint_name(painter, row, right)

    def _paint_ground(self, painter: QPainter, row: QRectF) -> None:
        colors, own = self._theme.colors, QColor(self.behavior.color)
        ground = QColor(colors.foreground)
        edge = QPen(QColor(colors.highlight) if self.hasFocus() else ground, 1.5)
        if self._event is not None:
            ground = _mixed(own, QColor(colors.background), 0.45)
            edge = QPen(own, 2)
            if self._event.judgement != "present":
                ground, edge = QColor(colors.background), QPen(own, 2, Qt.PenStyle.DashLine)
        if self.isDown():
            ground = _mixed(ground, own, 0.6)
        elif self.underMouse():
            ground = _mixed(ground, QColor(colors.text), 0.9)
        painter.setPen(edge)
        painter.setBrush(ground)
        painter.drawRoundedRect(row, 4, 4)

    def _paint_swatch(self, painter: QPainter, row: QRectF) -> None:
        middle = row.center().y()
        box = QRectF(row.left() + _MARGIN, middle - _SWATCH / 2, _SWATCH, _SWATCH)
        painter.setPen(QPen(QColor(self._theme.colors.text), 1))
        painter.setBrush(QColor(self.behavior.color))
        if self.behavior.kind == "state":
            painter.drawRoundedRect(box, 3, 3)
            return
        across = box.center().x()
        corners = [(across, box.top()), (box.right(), middle), (across, box.bottom())]
        corners.append((box.left(), middle))
        painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in corners]))

    def _paint_key(self, painter: QPainter, row: QRectF) -> float:
        """Draw the key, and give where what is left of it must end."""
        colors, text = self._theme.colors, key_shown(self.behavior.key)
        width = max(22, painter.fontMetrics().horizontalAdvance(text) + 12)
        cap = QRectF(row.right() - _MARGIN - width, row.top() + 4, width, row.height() - 8)
        painter.setBrush(QColor(colors.background))
        painter.setPen(QPen(QColor(colors.problem if self._problem else colors.primary), 1))
        painter.drawRoundedRect(cap, 3, 3)
        painter.setPen(QColor(colors.problem if self._problem else colors.text))
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, text)
        return cap.left() - _MARGIN

    def _paint_since(self, painter: QPainter, row: QRectF, right: float) -> float:
        if self._event is None:
            return right
        mark = _MARKS.get(self._event.judgement, "")
        told = " ".join(word for word in (mark, self._since) if word)
        width = painter.fontMetrics().horizontalAdvance(told)
        space = QRectF(right - width, row.top(), width, row.height())
        painter.setPen(QColor(self._theme.colors.text))
        painter.drawText(space, Qt.AlignmentFlag.AlignVCenter, told)
        return space.left() - _MARGIN

    def _paint_name(self, painter: QPainter, row: QRectF, right: float) -> None:
        font = QFont(self.font())
        font.setBold(self._event is not None)
        painter.setFont(font)
        left = row.left() + 2 * _MARGIN + _SWATCH
        space = QRectF(left, row.top(), max(right - left, 0), row.height())
        cut = painter.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, int(space.width())
        )
        painter.setPen(QColor(self._theme.colors.text))
        painter.drawText(space, Qt.AlignmentFlag.AlignVCenter, cut)

    def _hint(self) -> str:
        behavior = self.behavior
        key = f"key {key_shown(behavior.key)}" if behavior.key else "no key"
        told = [f"{behavior.name} ({key}), {_KINDS[behavior.kind]}."]
        told += [behavior.description] if behavior.description else []
        told += [f"Excludes {', '.join(behavior.excludes)}."] if behavior.excludes else []
        told += [] if behavior.per_subject else ["Concerns the whole scene."]
        told += [self._problem] if self._problem else []
        return "\n".join(told)

    def _tell_state(self) -> None:
        held = f"{self._event.judgement}, {self._since}" if self._event is not None else "off"
        self.setAccessibleName(f"{self.behavior.name}: {held}")


def _mixed(one: QColor, other: QColor, share: float) -> QColor:
    """Mix two colours, `share` of the first."""
    pairs = zip(one.getRgbF()[:3], other.getRgbF()[:3], strict=True)
    return QColor.fromRgbF(*(share * a + (1 - share) * b for a, b in pairs))
