"""Which arrays of a checkpoint make which parameters of a model.

A checkpoint stacks the layers on axis 0 and keeps query, key and value apart; a model has one array
for each layer, with query, key and value fused. This is the only place that knows both.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx

# A model's path, rewritten from top to bottom, gives the name in a checkpoint.
_REWRITES = [
    (r"/blocks/\d+", "/x_layers"),
    (r"(spatial|temporal|auxiliary)_encoder/x_layers", r"\1_encoder/transformers_stack/x_layers"),
    (r"text_encoder/transformer/", "text_encoder/unimodal_transformer/"),
    (r"/attention_norm/", "/layer_norm/"),
    (r"/feedforward_norm/", "/ff_layer/layer_norm/"),
    (r"/feedforward/expand/", "/ff_layer/ffn_layer1/linear/"),
    (r"/feedforward/contract/", "/ff_layer/ffn_layer2/linear/"),
    (r"/attention/qkv_kernel", "/self_attention/{}/w"),
    (r"/attention/qkv_bias", "/self_attention/{}/b"),
    (r"/attention/out_kernel", "/self_attention/post/w"),
    (r"/attention/out_bias", "/self_attention/post/b"),
    (r"(spatial|temporal)_norm/", r"\1_ln/"),
    (r"(spatial|temporal)_positions", r"\1_pos_emb/emb_var"),
    (r"((patch_)?projection)/", r"\1/linear/"),
    (r"pooler/norm/", "pooler/pooling_attention_layer_norm/"),
    (r"pooler/query$", "pooler/pooling_attention_query"),
    (r"pooler/query_scale", "pooler/pooling_attention/per_dim_scale/per_dim_scale"),
    (r"pooler/(query|key|value)_kernel", r"pooler/pooling_attention/\1/w"),
    (r"pooler/(query|key|value)_bias", r"pooler/pooling_attention/\1/b"),
    (r"pooler/out_kernel", "pooler/pooling_attention/post/w"),
    (r"pooler/out_bias", "pooler/pooling_attention/post/b"),
    (r"^pooler/", "atten_pooler/"),
    (r"^video_pooler/", "contrastive_vision_pooler/"),
    (r"text_encoder/norm/", "text_encoder/unimodal_ln/"),
    (r"text_encoder/token_embedding", "text_encoder/token_emb/emb_var"),
    (r"text_encoder/class_token", "text_encoder/cls_emb"),
    (r"/offset$", "/scale"),
]

ParameterPath = tuple[Any, ...]
State = Mapping[ParameterPath, Any]


@dataclass(frozen=True)
class Entry:
    """One parameter in every layer that has it, and the checkpoint's arrays for it.

    Parameters
    ----------
    paths
        The parameters of a model: one for each layer, or one where there are no layers.
    """

    paths: tuple[ParameterPath, ...]

    @property
    def names(self) -> list[str]:
        """The checkpoint's arrays: three for a fused parameter, otherwise one."""
        name = "/".join(map(str, self.paths[0]))
        for pattern, replacement in _REWRITES:
            name = re.sub(pattern, replacement, name)
        parts = ["query", "key", "value"] if "{}" in name else [""]
        return [f"params/{name.format(part)}" for part in parts]

    def arrays(self, state: State) -> list[jax.Array]:
        """Make the checkpoint's arrays of the parameters in `state`, in the order of `names`."""
        layers = [self._split(state[path]) for path in self.paths]
        if not self._stacked:
            return layers[0]
        return [jnp.stack(parts) for parts in zip(*layers, strict=True)]

    def parameters(self, arrays: Sequence[Any]) -> Iterator[tuple[ParameterPath, jax.Array]]:
        """Make the parameters from the checkpoint's arrays, in the order of `names`."""
        for layer, path in enumerate(self.paths):
            parts = [array[layer] if self._stacked else array for array in arrays]
            yield path, self._join(parts)

    @property
    def _stacked(self) -> bool:
        return "blocks" in self.paths[0]

    def _split(self, value: Any) -> list[Any]:
        match self.paths[0][-1]:
            case "qkv_kernel":  # (width, 3, heads, size)
                return [value[:, part] for part in range(3)]
            case "qkv_bias":  # (3, heads, size)
                return [value[part] for part in range(3)]
            case "out_kernel":  # (heads, size, width); the checkpoint has the width first
                return [jnp.moveaxis(value, -1, 0)]
            case _:
                return [value]

    def _join(self, parts: Sequence[Any]) -> jax.Array:
        match self.paths[0][-1]:
            case "qkv_kernel":
                return jnp.stack(parts, axis=1)
            case "qkv_bias":
                return jnp.stack(parts)
            case "out_kernel":
                return jnp.moveaxis(jnp.asarray(parts[0]), 0, -1)
            case _:
                return jnp.asarray(parts[0])


def entries(model: nnx.Module) -> list[Entry]:
    """List the entries of a model, be its parameters real or abstract."""
    groups: dict[ParameterPath, list[ParameterPath]] = {}
    for path in parameters(model):
        kind = tuple("*" if isinstance(part, int) else part for part in path)
        groups.setdefault(kind, []).append(path)
    return [Entry(tuple(sorted(paths))) for paths in groups.values()]


def parameters(model: nnx.Module) -> dict[ParameterPath, Any]:
    """Give a model's parameters (arrays, or their shapes in an abstract model) by their paths."""
    state = nnx.to_flat_state(nnx.state(model, nnx.Param))
    return {path: variable.get_value() for path, variable in state}


def expected_shapes(model: nnx.Module) -> dict[str, tuple[int, ...]]:
    """Give the shape of every array that a checkpoint of this model has."""
    state = parameters(model)
    shapes: dict[str, tuple[int, ...]] = {}
    for entry in entries(model):
        own = {path: state[path] for path in entry.paths}
        arrays = jax.eval_shape(entry.arrays, own)
        shapes |= {name: array.shape for name, array in zip(entry.names, arrays, strict=True)}
    return shapes
