"""Floating-point rates of programs beside those of plain large matrix products, in one run."""

import time
from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp
import numpy as np

Runs = dict[str, tuple[float, Callable[[], object]]]
_PRODUCT = "product"


def products(sizes: Sequence[int], dtype: str = "float32") -> Runs:
    """Name the operations of square matrices' products, and how to compute them."""
    return {f"{_PRODUCT} {n}": (2 * n**3, _product(n, dtype)) for n in sizes}


def measure(runs: Runs, rounds: int) -> dict[str, tuple[float, float]]:
    """Rates by the clock and per processor second, the best of all rounds after a first one.

    The second hardly depends on what else the machine is doing.
    """
    rates: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
    for _ in range(rounds + 1):
        for name, (flops, run) in runs.items():
            started = time.perf_counter(), time.process_time()
            run()
            spent = time.perf_counter() - started[0], time.process_time() - started[1]
            rates[name].append((flops / spent[0], flops / spent[1]))
    return {name: tuple(np.max(measured[1:], axis=0)) for name, measured in rates.items()}


def show(rates: dict[str, tuple[float, float]]) -> None:
    """Print the rates, and what share they are of the best product's."""
    best = [rate for name, rate in rates.items() if name.startswith(_PRODUCT)]
    wall, processor = np.max(best, axis=0)
    print("GFLOP/s by the clock, GFLOP per processor second; and as shares of the best product")
    for name, (by_clock, by_processor) in rates.items():
        print(
            f"{name:14s} {by_clock / 1e9:7.1f} {by_clock / wall:5.0%} "
            f"{by_processor / 1e9:9.1f} {by_processor / processor:5.0%}"
        )


def _product(size: int, dtype: str) -> Callable[[], object]:
    factor = jax.random.normal(jax.random.key(0), (size, size), jnp.dtype(dtype))
    multiply = jax.jit(jnp.matmul)
    return lambda: multiply(factor, factor).block_until_ready()
