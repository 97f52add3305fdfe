"""The two attention heads, from small functions to whole heads: tokens in, one logit a behaviour.

Both treat the animals of a sample alike: weights and position embeddings are shared over
individuals and nothing says which one is first, so permuting them changes nothing.
"""

import math
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import jax
import jax.numpy as jnp
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

    def init(self, key: Key[Array, ""]) -> Parameters:
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
    """A narrow head in the manner of PriVi: few numbers a token, one query a behaviour.

    Tokens are projected to `width` numbers and get a position embedding; an animal's trajectory
    becomes one more token. One self-attention block lets the tokens of an animal see each other,
    then one query for each behaviour looks at all animals' tokens. The behaviour's logit is linear
    in what its query gathered and in the mean and maximum over animals of a small layer on their
    trajectories.

    Parameters
    ----------
    width, heads
        Numbers of a token and attention heads they are divided among.
    dropout
        Share of a token's numbers, and of the gathered ones, that is zeroed while training.
    """

    layout: SampleLayout
    behaviors: int
    width: int = 64
    heads: int = 4
    dropout: float = 0.2

    def init(self, key: Key[Array, ""]) -> Parameters:
        """Return fresh parameters."""
        layout, width = self.layout, self.width
        keys = iter(jax.random.split(key, 8))
        return {
            "project": dense(next(keys), layout.feature_dim, width),
            "position": 0.1 * jax.random.normal(next(keys), (layout.positions, width)),
            "block": block(next(keys), width),
            "norm": norm(width),
            "query": jax.random.normal(next(keys), (self.behaviors, width)) / math.sqrt(width),
            "key": dense(next(keys), width, width),
            "value": dense(next(keys), width, width),
            "readout": jnp.zeros((self.behaviors, width)),
            "bias": jnp.zeros(self.behaviors),
            "trajectory": trajectory_branch(next(keys), layout, width, self.behaviors),
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
        x = linear(parameters["project"], tokens) + parameters["position"]
        if self.layout.trajectory_dim:
            moved = linear(parameters["trajectory"]["token"], trajectory)
            x = jnp.concatenate([x, moved[:, :, None]], axis=2)
        x = attend_within(parameters["block"], drop(x, self.dropout, keys[0]), self.heads)
        x = normalise(parameters["norm"], x).reshape(len(x), -1, self.width)
        gathered = cross_attention(
            parameters["query"],
            linear(parameters["key"], x),
            linear(parameters["value"], x),
            self.heads,
        )
        gathered = drop(gathered, self.dropout, keys[1])
        logits = jnp.einsum("bcw,cw->bc", gathered, parameters["readout"]) + parameters["bias"]
        return logits + trajectory_logits(
            parameters["trajectory"], trajectory, self.dropout, keys[2]
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

    def init(self, key: Key[Array, ""]) -> Parameters:
        """Return fresh parameters."""
        layout, width = self.layout, self.width
        keys = iter(jax.random.split(key, 9))
        share = (self.heads, layout.feature_dim, width // self.heads)
        return {
            "position": 0.02
            * jax.random.normal(next(keys), (layout.positions, layout.feature_dim)),
            "tokens": norm(layout.feature_dim),
            "query": jax.random.normal(next(keys), (self.heads, width // self.heads)),
            "key": jax.random.normal(next(keys), share) / math.sqrt(layout.feature_dim),
            "value": jax.random.normal(next(keys), share) / math.sqrt(layout.feature_dim),
            "out": dense(next(keys), width, width),
            "norm": norm(width),
            "mlp": mlp(next(keys), width, 4 * width),
            "readout": jnp.zeros((width, self.behaviors)),
            "bias": jnp.zeros(self.behaviors),
            "trajectory": trajectory_branch(next(keys), layout, 64, self.behaviors),
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
        x = x + apply_mlp(parameters["mlp"], normalise(parameters["norm"], x))
        x = drop(x, self.dropout, keys[1])
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


def dense(key: Key[Array, ""], inputs: int, outputs: int, scale: float = 1.0) -> Parameters:
    """Return a linear layer's parameters, scaled to keep the variance of its input."""
    weight = jax.random.normal(key, (inputs, outputs)) * (scale / math.sqrt(max(inputs, 1)))
    return {"weight": weight, "bias": jnp.zeros(outputs)}


def linear(
    parameters: Parameters, x: Float[Array, "*batch inputs"]
) -> Float[Array, "*batch outputs"]:
    """Apply a linear layer."""
    return x @ parameters["weight"] + parameters["bias"]


def norm(width: int) -> Parameters:
    """Return a LayerNorm's parameters."""
    return {"gain": jnp.ones(width), "bias": jnp.zeros(width)}


def normalise(
    parameters: Parameters, x: Float[Array, "*batch width"]
) -> Float[Array, "*batch width"]:
    """Apply LayerNorm."""
    centred = x - x.mean(axis=-1, keepdims=True)
    spread = jax.lax.rsqrt(jnp.mean(centred**2, axis=-1, keepdims=True) + 1e-6)
    return centred * spread * parameters["gain"] + parameters["bias"]


def mlp(key: Key[Array, ""], width: int, hidden: int) -> Parameters:
    """Return the parameters of a two-layer perceptron; it starts near zero."""
    first, second = jax.random.split(key)
    return {"up": dense(first, width, hidden), "down": dense(second, hidden, width, scale=0.1)}


def apply_mlp(
    parameters: Parameters, x: Float[Array, "*batch width"]
) -> Float[Array, "*batch width"]:
    """Apply a two-layer perceptron."""
    return linear(parameters["down"], jax.nn.gelu(linear(parameters["up"], x)))


def block(key: Key[Array, ""], width: int) -> Parameters:
    """Return a pre-norm Transformer block's parameters; it starts near the identity."""
    keys = jax.random.split(key, 3)
    return {
        "norm": norm(width),
        "query_key_value": dense(keys[0], width, 3 * width),
        "out": dense(keys[1], width, width, scale=0.1),
        "mlp_norm": norm(width),
        "mlp": mlp(keys[2], width, 2 * width),
    }


def attend_within(
    parameters: Parameters, x: Float[Array, "sample individual token width"], heads: int
) -> Float[Array, "sample individual token width"]:
    """Apply a Transformer block to the tokens of each individual by themselves."""
    normed = normalise(parameters["norm"], x)
    query, key, value = jnp.split(linear(parameters["query_key_value"], normed), 3, axis=-1)
    query, key, value = (_by_head(part, heads) for part in (query, key, value))
    logits = jnp.einsum("bihqd,bihkd->bihqk", query, key) / math.sqrt(query.shape[-1])
    mixed = jnp.einsum("bihqk,bihkd->bihqd", jax.nn.softmax(logits, axis=-1), value)
    x = x + linear(parameters["out"], jnp.moveaxis(mixed, 2, 3).reshape(x.shape))
    return x + apply_mlp(parameters["mlp"], normalise(parameters["mlp_norm"], x))


def _by_head(
    x: Float[Array, "sample individual token width"], heads: int
) -> Float[Array, "sample individual head token share"]:
    return jnp.moveaxis(x.reshape(*x.shape[:-1], heads, -1), 3, 2)


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
    key: Key[Array, ""], layout: SampleLayout, width: int, behaviors: int
) -> Parameters:
    """Return the parameters that read trajectories; empty where there are none."""
    if not layout.trajectory_dim:
        return {}
    first, second = jax.random.split(key)
    return {
        "token": dense(first, layout.trajectory_dim, width),
        "hidden": dense(second, layout.trajectory_dim, width),
        "readout": jnp.zeros((2 * width, behaviors)),
    }


def trajectory_logits(
    parameters: Parameters, trajectory: Trajectory, rate: float, key: Key[Array, ""] | None
) -> Logits | float:
    """Read the mean and maximum over animals of a small layer on their trajectories."""
    if not parameters:
        return 0.0
    hidden = jax.nn.gelu(linear(parameters["hidden"], trajectory))
    pooled = jnp.concatenate([hidden.mean(axis=1), hidden.max(axis=1)], axis=-1)
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
