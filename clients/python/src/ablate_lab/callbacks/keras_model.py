"""What Keras knows of a model's weights, and how far a step moves them."""

from __future__ import annotations

import math
from typing import Any, Dict, List, Optional, Sequence, Tuple

import keras

_ROLES = {
    "kernel": "weight",
    "recurrent_kernel": "weight",
    "depthwise_kernel": "weight",
    "pointwise_kernel": "weight",
    "bias": "bias",
    "gamma": "gain",
    "scale": "gain",
    "beta": "shift",
    "embeddings": "embedding",
}


def parameters_of(model: Any, has_ratios: bool) -> List[Dict[str, Any]]:
    """Lists weights as the frame `run` has them; without ratios none has a column."""
    trained = {id(one) for one in model.trainable_variables} if has_ratios else set()
    # Others are statistics and the states of generators.
    listed = [one for one in model.weights if id(one) in trained or _path(model, one)[1] in _ROLES]
    ordered = [one for one in model.trainable_variables if has_ratios]
    ordered += [one for one in listed if id(one) not in trained]
    paths = [_path(model, one) for one in model.trainable_variables]
    outputs = [layer for layer, local in paths if local == "kernel"]
    return [_described(model, one, outputs[-1:], id(one) in trained) for one in ordered]


def values_of(model: Any, variables: Sequence[Any]) -> List[Any]:
    """Returns what variables are now. On JAX `fit` has their values, and the variables themselves none."""
    state = getattr(model, "_jax_state", None)
    if not state or getattr(model, "_jax_state_synced", True):
        return [one.value for one in variables]
    held = {
        "trainable_variables": model.trainable_variables,
        "non_trainable_variables": model.non_trainable_variables,
        "optimizer_variables": model.optimizer.variables,
        "metrics_variables": model.metrics_variables,
    }
    found = {id(one): value for name, ones in held.items() for one, value in zip(ones, state[name])}
    return [found.get(id(one)) for one in variables]


def rate_of(model: Any) -> Any:
    """Returns the rate of the update that was made last."""
    optimizer = model.optimizer
    rate = getattr(optimizer, "_learning_rate", None)
    if isinstance(rate, keras.optimizers.schedules.LearningRateSchedule):
        return rate(number(values_of(model, [optimizer.iterations])[0]) - 1)
    return values_of(model, [rate])[0] if hasattr(rate, "value") else optimizer.learning_rate


def number(value: Any) -> float:
    """Returns a scalar of any backend as a number of Python; NaN of none."""
    return math.nan if value is None else float(keras.ops.convert_to_numpy(value))


class Ratios:
    """Update:data of every trained weight: root mean square of the update over that of the values after it."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._variables = list(model.trainable_variables)
        self.width = len(self._variables)
        self._old: List[Any] = []

    def keep(self) -> None:
        """Keeps the values before an update."""
        raise NotImplementedError

    def compare(self) -> Any:
        """Returns the ratios after it, on their device; None where nothing was kept."""
        raise NotImplementedError

    def _now(self) -> List[Any]:
        return values_of(self._model, self._variables)


class TorchRatios(Ratios):
    """On PyTorch."""

    def keep(self) -> None:
        """Keeps the values before an update."""
        self._old = [one.detach().clone() for one in self._now()]

    def compare(self) -> Any:
        """Returns the ratios after it, on their device."""
        import torch

        if not self._old:
            return None
        now = [one.detach() for one in self._now()]
        with torch.no_grad():
            updates = torch._foreach_norm(torch._foreach_sub(now, self._old))
            return torch.stack(updates) / torch.stack(torch._foreach_norm(now))


class TensorFlowRatios(Ratios):
    """On TensorFlow."""

    def keep(self) -> None:
        """Keeps the values before an update."""
        import tensorflow

        self._old = [tensorflow.identity(one) for one in self._now()]

    def compare(self) -> Any:
        """Returns the ratios after it, on their device."""
        import tensorflow

        if not self._old:
            return None
        pairs = [(tensorflow.identity(one), old) for one, old in zip(self._now(), self._old)]
        return tensorflow.stack([tensorflow.norm(now - old) / tensorflow.norm(now) for now, old in pairs])


class JaxRatios(Ratios):
    """On JAX. `fit` gives the memory of weights away at each step: what is kept is a copy."""

    def keep(self) -> None:
        """Keeps the values before an update."""
        import jax.numpy

        self._old = [jax.numpy.array(one, copy=True) for one in self._now()]

    def compare(self) -> Any:
        """Returns the ratios after it, on their device."""
        import jax.numpy

        if not self._old:
            return None
        norm = jax.numpy.linalg.norm
        pairs = [(now.ravel(), old.ravel()) for now, old in zip(self._now(), self._old)]
        return jax.numpy.stack([norm(now - old) / norm(now) for now, old in pairs])


def ratios_of(model: Any) -> Optional[Ratios]:
    """Returns what compares the weights on this backend; None where nothing does."""
    kinds = {"torch": TorchRatios, "tensorflow": TensorFlowRatios, "jax": JaxRatios}
    kind = kinds.get(keras.backend.backend())
    return None if kind is None else kind(model)


def _described(model: Any, variable: Any, outputs: Sequence[str], trained: bool) -> Dict[str, Any]:
    layer, local = _path(model, variable)
    role = _ROLES.get(local, "other")
    kind = {"embedding": "embedding", "gain": "norm", "shift": "norm", "other": "other"}.get(role)
    return {
        "name": f"{layer}.{local}" if layer else local,
        "shape": list(variable.shape),
        "layer": layer or local,
        "kind": kind or ("output" if layer in outputs else "hidden"),
        "role": role,
        "trained": trained,
    }


def _path(model: Any, variable: Any) -> Tuple[str, str]:
    """Returns layer and local name; a model's own name, which Keras counts up, is left out."""
    path = variable.path
    whole = path[len(model.name) + 1 :] if path.startswith(f"{model.name}/") else path
    layer, _, local = whole.replace("/", ".").rpartition(".")
    return layer, local
