"""The two attention heads, from small functions to whole heads: tokens in, one logit a behaviour.

Both treat the animals of a sample alike: weights and position embeddings are shared over
individuals and nothing says which one is first, so permuting them changes nothing.
"""

import math
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Key

from ethoprism_domains.probe.layout import SampleLayout

Parameters = dict[str, Any]
Tokens = Float[Array, "sample individual position feature"]
Trajectory = Float[Array, "sample individual trajectory_feature"]
Logits = Float[Array, "sample behavior"]


@runtime_checkable
class Head(Protocol):
    """A frozen description of a network: hashable, so that it can be a static argument of jit."""

    @property
    def layout(self) -> SampleLayout:
        """The layout of the samples it reads."""

    def init(self, generator: np.random.Generator) -> Parameters:
        """Return fresh parameters; ``bias`` holds one number a behaviour."""

    def apply(
        self,
        parameters: Parameters,
        tokens: Tokens,
        trajectory: Trajectory,
        key: Key[Array, ""] | None = None,
    ) -> Logits:
        """Return logits; with a `key`, drop out as in training."""


@dataclass(frozen=True)
class CompactHead:
    """A narrow head in the manner of PriVi (primate videos): one query a behaviour.

    Tokens are projected to `width` numbers and get a position embedding. One query for each
    behaviour looks at the tokens of all animals, and the behaviour's logit is linear in what it
    gathered, in the mean over space and animals at each time, and in the trajectories.

    Parameters
    ----------
    width, heads
        Numbers of a token, and attention heads they are divided among.
    dropout
        Share of the numbers of tokens, and of what is gathered, that is zeroed while training.

    Notes
    -----
    Everything that reads out starts at zero, so training begins at the base rates. What is plainly
    linear (means, trajectories) has a short way out, which is worth most while labels are few; the
    queries add what a mean cannot see. A self-attention block between tokens cost six times the
    training time and did not help on a few hundred windows, so there is none.
    """

    layout: SampleLayout
    behaviors: int
    width: int = 64
    heads: int = 4
    dropout: float = 0.2

    def init(self, generator: np.random.Generator) -> Parameters:
        """Return fresh parameters."""
        layout, width = self.layout, self.width
        return {
            "project": dense(generator, layout.feature_dim, width),
            "position": normal(generator, 1.0, layout.positions, width),
            "norm": norm(width),
            "query": normal(generator, 0.3 / math.sqrt(width), self.behaviors, width),
            "key": dense(generator, width, width),
            "value": dense(generator, width, width),
            "readout": np.zeros((self.behaviors, width), np.float32),
            "mean_readout": np.zeros((layout.token_shape[0] * width, self.behaviors), np.float32),
            "bias": np.zeros(self.behaviors, np.float32),
            "trajectory": trajectory_branch(generator, layout, width, self.behaviors),
        }

    def apply(
        self,
        parameters: Parameters,
        tokens: Tokens,
        trajectory: Trajectory,
        key: Key[Array, ""] | None = None,
    ) -> Logits:
        """Return logits; with a `key`, drop out as in training."""
        keys = split_keys(key, 4)
        x = linear(parameters["project"], tokens) + parameters["position"]
        mean = drop(mean_at_each_time(x, self.layout), self.dropout, keys[0])
        x = normalise(parameters["norm"], drop(x, self.dropout, keys[1]))
        x = x.reshape(len(x), -1, self.width)
        gathered = cross_attention(
            parameters["query"],
            linear(parameters["key"], x),
            linear(parameters["value"], x),
            self.heads,
        )
        gathered = drop(gathered, self.dropout, keys[2])
        logits = jnp.einsum("bcw,cw->bc", gathered, parameters["readout"]) + parameters["bias"]
        logits = logits + mean @ parameters["mean_readout"]
        return logits + trajectory_logits(
            parameters["trajectory"], trajectory, self.dropout, keys[3]
        )


@dataclass(frozen=True)
class AttentionHead:
    """The wide head of VideoGLUE: one learned query over all tokens, an MLP, a linear layer.

    Parameters
    ----------
    width, heads
        Numbers that are gathered, and attention heads they are divided among.
    dropout
        Share of the gathered numbers, and of the MLP's, that is zeroed while training.

    Notes
    -----
    With a single query, the key projection can be applied to the query instead of to every token,
    and the value projection to the gathered tokens: the same mathematics at a fraction of the cost.
    """

    layout: SampleLayout
    behaviors: int
    width: int
    heads: int = 12
    dropout: float = 0.5

    def init(self, generator: np.random.Generator) -> Parameters:
        """Return fresh parameters."""
        layout, width = self.layout, self.width
        share = (self.heads, layout.feature_dim, width // self.heads)
        spread = 1 / math.sqrt(layout.feature_dim)
        return {
            "position": normal(generator, 0.5, layout.positions, layout.feature_dim),
            "tokens": norm(layout.feature_dim),
            "query": normal(generator, 1.0, self.heads, width // self.heads),
            "key": normal(generator, spread, *share),
            "value": normal(generator, spread, *share),
            "out": dense(generator, width, width),
            "norm": norm(width),
            "up": dense(generator, width, 4 * width),
            "down": dense(generator, 4 * width, width),
            "readout": np.zeros((width, self.behaviors), np.float32),
            "bias": np.zeros(self.behaviors, np.float32),
            "trajectory": trajectory_branch(generator, layout, 64, self.behaviors),
        }

    def apply(
        self,
        parameters: Parameters,
        tokens: Tokens,
        trajectory: Trajectory,
        key: Key[Array, ""] | None = None,
    ) -> Logits:
        """Return logits; with a `key`, drop out as in training."""
        keys = split_keys(key, 3)
        x = normalise(parameters["tokens"], tokens + parameters["position"])
        x = x.reshape(len(x), -1, self.layout.feature_dim)
        x = linear(parameters["out"], self._gather(parameters, x))
        x = drop(x, self.dropout, keys[0])
        hidden = jax.nn.gelu(linear(parameters["up"], normalise(parameters["norm"], x)))
        x = x + linear(parameters["down"], drop(hidden, self.dropout, keys[1]))
        logits = x @ parameters["readout"] + parameters["bias"]
        return logits + trajectory_logits(
            parameters["trajectory"], trajectory, self.dropout, keys[2]
        )

    def _gather(
        self, parameters: Parameters, x: Float[Array, "sample token feature"]
    ) -> Float[Array, "sample width"]:
        asked = jnp.einsum("hd,hfd->hf", parameters["query"], parameters["key"])
        asked = asked / math.sqrt(self.width // self.heads)
        attention = jax.nn.softmax(jnp.einsum("hf,bnf->bhn", asked, x), axis=-1)
        gathered = jnp.einsum("bhn,bnf->bhf", attention, x)
        return jnp.einsum("bhf,hfd->bhd", gathered, parameters["value"]).reshape(len(x), -1)


def normal(generator: np.random.Generator, spread: float, *shape: int) -> np.ndarray:
    """Draw float32 numbers around zero."""
    return (spread * generator.normal(size=shape)).astype(np.float32)


def dense(generator: np.random.Generator, inputs: int, outputs: int) -> Parameters:
    """Return a linear layer's parameters, scaled to keep the variance of its input."""
    weight = normal(generator, 1 / math.sqrt(inputs), inputs, outputs)
    return {"weight": weight, "bias": np.zeros(outputs, np.float32)}


def linear(
    parameters: Parameters, x: Float[Array, "*batch inputs"]
) -> Float[Array, "*batch outputs"]:
    """Apply a linear layer."""
    return x @ parameters["weight"] + parameters["bias"]


def norm(width: int) -> Parameters:
    """Return a LayerNorm's parameters."""
    return {"gain": np.ones(width, np.float32), "bias": np.zeros(width, np.float32)}


def normalise(
    parameters: Parameters, x: Float[Array, "*batch width"]
) -> Float[Array, "*batch width"]:
    """Apply LayerNorm."""
    centred = x - x.mean(axis=-1, keepdims=True)
    spread = jax.lax.rsqrt(jnp.mean(centred**2, axis=-1, keepdims=True) + 1e-6)
    return centred * spread * parameters["gain"] + parameters["bias"]


def mean_at_each_time(
    x: Float[Array, "sample individual position width"], layout: SampleLayout
) -> Float[Array, "sample pooled"]:
    """Average over individuals and space, and keep time."""
    times = x.reshape(*x.shape[:2], layout.token_shape[0], -1, x.shape[-1])
    return times.mean(axis=(1, 3)).reshape(len(x), -1)


def cross_attention(
    query: Float[Array, "behavior width"],
    key: Float[Array, "sample token width"],
    value: Float[Array, "sample token width"],
    heads: int,
) -> Float[Array, "sample behavior width"]:
    """Let each behaviour's query gather values from all tokens of a sample."""
    query = query.reshape(len(query), heads, -1)
    key, value = (part.reshape(*part.shape[:2], heads, -1) for part in (key, value))
    logits = jnp.einsum("chd,bnhd->bhcn", query, key) / math.sqrt(query.shape[-1])
    gathered = jnp.einsum("bhcn,bnhd->bchd", jax.nn.softmax(logits, axis=-1), value)
    return gathered.reshape(*gathered.shape[:2], -1)


def trajectory_branch(
    generator: np.random.Generator, layout: SampleLayout, width: int, behaviors: int
) -> Parameters:
    """Return the parameters that read trajectories; empty where there are none."""
    numbers = layout.trajectory_dim
    if not numbers:
        return {}
    return {
        "hidden": dense(generator, numbers, width),
        "readout": np.zeros((2 * (numbers + width), behaviors), np.float32),
    }


def trajectory_logits(
    parameters: Parameters, trajectory: Trajectory, rate: float, key: Key[Array, ""] | None
) -> Logits | float:
    """Read the trajectories, and a small layer on them: mean and maximum over animals."""
    if not parameters:
        return 0.0
    hidden = jax.nn.gelu(linear(parameters["hidden"], trajectory))
    each = jnp.concatenate([trajectory, hidden], axis=-1)
    pooled = jnp.concatenate([each.mean(axis=1), each.max(axis=1)], axis=-1)
    return drop(pooled, rate, key) @ parameters["readout"]


def drop(
    x: Float[Array, "*shape"], rate: float, key: Key[Array, ""] | None
) -> Float[Array, "*shape"]:
    """Zero a share `rate` of the numbers and scale up the rest; with no key, do nothing."""
    if key is None or rate == 0:
        return x
    return jnp.where(jax.random.bernoulli(key, 1 - rate, x.shape), x / (1 - rate), 0.0)


def split_keys(key: Key[Array, ""] | None, count: int) -> list[Key[Array, ""] | None]:
    """Split a key, or pass on that there is none."""
    return [None] * count if key is None else list(jax.random.split(key, count))
