"""How far two coders agree, in plain words, with the numbers beside them."""

from dataclasses import dataclass

import numpy as np

from ethoprism_domains.agreement import ALL_BEHAVIORS, Agreement

BOUT_OVERLAP = 0.5
# the bands of Landis and Koch 1977, "The measurement of observer agreement for categorical data"
_BANDS = (
    (0.8, "you nearly always agree"),
    (0.6, "you agree well"),
    (0.4, "you agree in part"),
    (0.2, "you agree a little"),
    (0.0, "you hardly agree more often than by chance"),
)
_WORSE = "you agree less often than by chance"


@dataclass(frozen=True)
class PlainAgreement:
    """How far two coders agree on one behaviour, or on all together.

    Parameters
    ----------
    kappa, low, high
        Cohen's kappa and its interval; None where undefined.
    share, moments
        The share of moments at which both say the same, and how many were compared.
    f1, bouts
        Of bouts that were matched one to one, with an intersection over union of `BOUT_OVERLAP`;
        how many bouts both have together.
    """

    behavior: str
    kappa: float | None
    low: float | None
    high: float | None
    share: float | None
    moments: int
    f1: float | None
    bouts: int

    def sentence(self) -> str:
        """Tell it in a few words."""
        return f"{_capital(self.behavior)}: {self._words()}."

    def numbers(self) -> str:
        """Give the numbers."""
        told = []
        if self.kappa is not None:
            sure = "" if self.low is None else f" ({self.low:.2f} to {self.high:.2f})"
            told.append(f"kappa {self.kappa:.2f}{sure}")
        if self.f1 is not None:
            told.append(f"bout F1 {self.f1:.2f}")
        if self.share is not None:
            told.append(f"the same in {100 * self.share:.1f} % of {self.moments:,} comparisons")
        return ", ".join(told)

    def _words(self) -> str:
        if not self.moments:
            return "nothing to compare, you have not observed the same frames"
        if not self.bouts and self.share == 1:
            return "neither of you saw it"
        if self.kappa is None:
            return "you say the same all the time, which chance alone would do too"
        return next((words for least, words in _BANDS if self.kappa >= least), _WORSE)


def plain_agreement(agreement: Agreement) -> tuple[PlainAgreement, ...]:
    """Give a row for all behaviours together, then one for each.

    Parameters
    ----------
    agreement
        Of two coders, measured with an overlap of `BOUT_OVERLAP` among others.
    """
    names = dict.fromkeys(agreement.table["behavior"])
    ordered = [ALL_BEHAVIORS, *(name for name in names if name != ALL_BEHAVIORS)]
    return tuple(_row(agreement, name) for name in ordered)


def interval_words(agreement: Agreement) -> str:
    """Say what the interval of kappa is."""
    sure = f"{100 * agreement.confidence:g} %"
    return f"In brackets the {sure} interval over {agreement.unit_count} {agreement.unit}."


def _row(agreement: Agreement, name: str) -> PlainAgreement:
    own = agreement.table[agreement.table["behavior"] == name]
    rows = own.set_index("measure").to_dict("index")
    kappa, share, f1 = rows["kappa"], rows["agreement"], rows[f"f1@{BOUT_OVERLAP:g}"]
    return PlainAgreement(
        name,
        kappa=_known(kappa["value"]),
        low=_known(kappa["low"]),
        high=_known(kappa["high"]),
        share=_known(share["value"]),
        moments=share["count"],
        f1=_known(f1["value"]),
        bouts=f1["count"],
    )


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _capital(text: str) -> str:
    return text if text != ALL_BEHAVIORS else "All behaviours"
