"""Draw how the losses of a run fell.

python recipes/ethoprism_small/curves.py RUN/metrics.csv --out docs/images/ethoprism-small.png
"""

import argparse
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

# column -> what it is called, of each of the two panels
PANELS = {
    "loss": {"tokens": "what is said of each position", "clip": "what is said of the whole clip"},
    "norm of the gradient": {"gradient_norm": ""},
}


def main() -> None:
    """Draw and write the picture."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("metrics", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    curves(pd.read_csv(arguments.metrics)).savefig(arguments.out, dpi=110)


def curves(metrics: pd.DataFrame) -> Figure:
    """Draw each number, and its mean over ten lines of the table."""
    figure = Figure(figsize=(8, 3), layout="constrained")
    for axes, (label, columns) in zip(figure.subplots(1, 2), PANELS.items(), strict=True):
        for at, (column, name) in enumerate(columns.items()):
            color = f"C{at}"
            axes.plot(metrics["step"], metrics[column], color=color, alpha=0.25, linewidth=0.8)
            mean = metrics[column].rolling(10, min_periods=1).mean()
            axes.plot(metrics["step"], mean, color=color, label=name)
        axes.set(xlabel="step", ylabel=label, ylim=(0, None))
        if len(columns) > 1:
            axes.legend(frameon=False)
    return figure


if __name__ == "__main__":
    main()
