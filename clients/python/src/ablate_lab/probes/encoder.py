"""Writes what a probe has seen as a frame."""

from __future__ import annotations

import math
from typing import Any, Dict, List, Mapping, NamedTuple, Optional

from torch import Tensor, nn

from ..frames import FrameArray, encode_frame, numbers
from .histogram import GRADIENT, WEIGHT, Summary, summarise_all
from .layer import LayerPass
from .trace import layers_of, weights_of

#: What is told of a layer: name, kind, units, nonlinearity, tensors, saturation.
LayerHead = Dict[str, Any]


class Seen(NamedTuple):
    """A pass through a network after some updates; gradients by the id of their weights."""

    updates: int
    examples: int
    loss: Optional[float]
    layers: Mapping[str, LayerPass]
    gradients: Mapping[int, Tensor]


class Encoder:
    """Writes the probes of one model: the same layers in the same order each time."""

    def __init__(self, model: nn.Module, kinds: Mapping[str, str], prefix: str) -> None:
        self._model = model
        self._kinds = kinds
        self._prefix = prefix
        self._names: Dict[str, LayerHead] = {}

    def frame(self, seen: Seen) -> bytes:
        """Returns a frame `probe`."""
        arrays: List[FrameArray] = []
        found = self._found(seen, arrays)
        for name, head in found.items():
            head["name"] = f"{self._prefix}{name}"
            head["kind"] = self._kinds.get(head["name"], head["kind"])
            self._names.setdefault(name, {**head, "tensors": {}, "saturation": None})
        head = {
            "type": "probe",
            "step": seen.updates,
            "examples": seen.examples,
            "loss": finite(seen.loss),
            # Also those of a branch that did not run this time.
            "layers": [found.get(name, empty) for name, empty in self._names.items()],
        }
        return encode_frame(head, arrays)

    def _found(self, seen: Seen, arrays: List[FrameArray]) -> Dict[str, LayerHead]:
        with_weights = [name for name, one in seen.layers.items() if weights_of(one.module)]
        found = {
            name: layer_head(layer, name in with_weights[-1:], seen.gradients, arrays)
            for name, layer in seen.layers.items()
        }
        for name, module in layers_of(self._model):
            if name not in found and weights_of(module):
                found[name] = weights_head(module, seen.gradients, arrays)
        return found


def layer_head(
    layer: LayerPass, is_last: bool, gradients: Mapping[int, Tensor], arrays: List[FrameArray]
) -> LayerHead:
    """Tells of a layer or a block that was called."""
    tensors = {**layer.tensors, **_weight_tensors(layer.module, gradients)}
    saturation = None
    if layer.saturation is not None:
        examples, units, share, bits = layer.saturation
        name = f"bits{len(arrays)}"
        arrays.append(FrameArray(name, "u8", bits))
        saturation = {"examples": examples, "units": units, "share": share, "bits": name}
    return {
        "kind": kind_of(layer.module, is_last),
        "units": layer.layout.units,
        "nonlinearity": None if layer.nonlinearity is None else layer.nonlinearity.name,
        "tensors": _tensor_heads(tensors, arrays),
        "saturation": saturation,
    }


def weights_head(module: nn.Module, gradients: Mapping[int, Tensor], arrays: List[FrameArray]) -> LayerHead:
    """Tells of a layer that was not called as a module: its weights alone."""
    return {
        "kind": kind_of(module, False),
        "units": weights_of(module)[0].shape[0],
        "nonlinearity": None,
        "tensors": _tensor_heads(_weight_tensors(module, gradients), arrays),
        "saturation": None,
    }


def kind_of(module: nn.Module, is_last: bool) -> str:
    """Returns the kind of a layer, as a run's parameters have it."""
    if isinstance(module, (nn.Embedding, nn.EmbeddingBag)):
        return "embedding"
    if not weights_of(module):
        return "other"
    return "output" if is_last else "hidden"


def finite(number: Optional[float]) -> Optional[float]:
    """Returns a number as JSON has it: null where it is not finite."""
    return number if number is not None and math.isfinite(number) else None


def _weight_tensors(module: nn.Module, gradients: Mapping[int, Tensor]) -> Dict[str, Summary]:
    weights = weights_of(module)
    slopes = [gradients[id(one)] for one in weights if id(one) in gradients]
    pairs = {
        "weight": summarise_all(weights, WEIGHT),
        "weight_gradient": summarise_all(slopes, GRADIENT),
    }
    return {kind: one for kind, one in pairs.items() if one is not None}


def _tensor_heads(tensors: Mapping[str, Summary], arrays: List[FrameArray]) -> Dict[str, Any]:
    """Describes tensors; what is the same tensor by two names has its counts once."""
    names: Dict[int, str] = {}
    heads: Dict[str, Any] = {}
    for kind, one in tensors.items():
        if id(one) not in names:
            names[id(one)] = f"counts{len(arrays)}"
            arrays.append(numbers(names[id(one)], "u32", one.counts))
        numbers_of = {"mean": one.mean, "std": one.std, "min": one.min, "max": one.max}
        heads[kind] = {
            **{name: finite(number) for name, number in numbers_of.items()},
            "mantissaBits": one.scale.mantissa_bits,
            "smallest": one.scale.smallest,
            "largest": one.scale.largest,
            "counts": names[id(one)],
        }
    return heads
