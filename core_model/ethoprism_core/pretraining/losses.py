"""The losses of both stages."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

_SMALLEST_SQUARE = 1e-12


def contrastive_loss(
    video: Float[Array, "batch feature"],
    text: Float[Array, "batch feature"],
    temperature: Float[Array, ""],
) -> Float[Array, ""]:
    """Symmetric cross-entropy of telling each clip's text among all texts, and the reverse.

    Parameters
    ----------
    video, text
        Embeddings of unit length of the whole batch; under a mesh that is the batch of all
        devices, and each embedding's gradient comes from all of them.
    temperature
        That the similarities are divided by.

    Returns
    -------
    The mean over both directions and the batch, in nats.
    """
    logits = video @ text.T / temperature
    matching = jnp.diagonal(logits)
    to_text = jax.nn.logsumexp(logits, axis=1) - matching
    to_video = jax.nn.logsumexp(logits, axis=0) - matching
    return (to_text + to_video).mean() / 2


def recall_at_one(
    video: Float[Array, "batch feature"], text: Float[Array, "batch feature"]
) -> Float[Array, ""]:
    """Share of the clips whose own text is the closest of the batch."""
    closest = (video @ text.T).argmax(axis=1)
    return (closest == jnp.arange(len(video))).mean(dtype=jnp.float32)


def cosine_distance(
    predicted: Float[Array, "*batch feature"], target: Float[Array, "*batch feature"]
) -> Float[Array, "*batch"]:
    """One less the cosine of the angle between two vectors, in float32: from 0 to 2."""
    predicted, target = predicted.astype(jnp.float32), target.astype(jnp.float32)
    product = (predicted * target).sum(-1)
    squares = jnp.square(predicted).sum(-1) * jnp.square(target).sum(-1)
    return 1 - product * jax.lax.rsqrt(squares + _SMALLEST_SQUARE)
