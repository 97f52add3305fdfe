"""How well a probe tells each behaviour, in plain words, with the numbers behind them."""

from qtpy.QtWidgets import QToolButton, QVBoxLayout, QWidget

from ethoprism.plain_scores import PlainScore, PlainScores
from napari_ethoprism.views.parts import sentence

_WORDS = "Show the numbers"


class ScoreList(QWidget):
    """Shows a sentence a behaviour; the numbers are in its tooltip, and below it if asked for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("scores")
        self._scores: PlainScores | None = None
        self._former: PlainScores | None = None
        self._expander = QToolButton()
        self._expander.setObjectName("show numbers")
        self._expander.setText(_WORDS)
        self._expander.setToolTip("Precision, recall and average precision of each behaviour")
        self._expander.setCheckable(True)
        self._expander.toggled.connect(self._refresh)
        self._rows = QVBoxLayout()
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._judged = sentence("judged on")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._rows)
        column.addWidget(self._judged)
        column.addWidget(self._expander)
        self._refresh()

    def show_scores(self, scores: PlainScores | None, former: PlainScores | None) -> None:
        """Show scores, beside those of the probe before."""
        self._scores, self._former = scores, former
        self._refresh()

    def _refresh(self) -> None:
        while (item := self._rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.setParent(None)
                widget.deleteLater()
        known = self._scores is not None
        self._judged.setVisible(known)
        self._expander.setVisible(known)
        if self._scores is None:
            return
        judged = self._scores.judged_on()
        self._judged.setText(f"{judged[0].upper()}{judged[1:]}.")
        for score in self._scores.behaviors:
            self._add(score)
        self.updateGeometry()

    def _add(self, score: PlainScore) -> None:
        label = sentence(f"score {score.behavior}")
        text = score.sentence()
        if self._former is not None:
            text = f"{text[:-1]} ({score.change(self._former.of(score.behavior))})."
        if self._expander.isChecked():
            text = "\n    ".join([text, *score.numbers().splitlines()])
        label.setText(text)
        label.setToolTip(score.numbers())
        self._rows.addWidget(label)
