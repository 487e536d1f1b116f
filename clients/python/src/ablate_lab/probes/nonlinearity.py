"""Nonlinearities by what PyTorch calls them, and where each is flat."""

from __future__ import annotations

import math
from typing import Any, Callable, Dict, Mapping, NamedTuple, Optional, Sequence

from torch import Tensor

#: Bounded nonlinearities are flat beyond this share of their range, as ``record.probes.saturated`` has it.
SATURATED = 0.99

#: Slope from which on an unbounded nonlinearity counts as flat: that of tanh at 0.995.
FLAT_SLOPE = 0.01

#: Below this x the slope stays within ``FLAT_SLOPE`` of 0.
FLAT_BELOW = {
    "gelu": -3.0674272,
    "gelu_tanh": -3.052855,
    "silu": -6.2613888,
    "quick_gelu": -6.2613888 / 1.702,
    "mish": -6.263965,
    "selu": math.log(FLAT_SLOPE / 1.7580993408473766),
}

IsFlat = Callable[[Tensor, Tensor], Tensor]


class Nonlinearity(NamedTuple):
    """A function that follows a layer; ``is_flat`` takes what enters it and what leaves it."""

    name: str
    is_flat: IsFlat


#: Names of modules that compute a nonlinearity from other functions.
MODULES = {
    "NewGELU": "gelu_tanh",
    "NewGELUActivation": "gelu_tanh",
    "FastGELUActivation": "gelu_tanh",
    "GELUTanh": "gelu_tanh",
    "PytorchGELUTanh": "gelu_tanh",
    "GELUActivation": "gelu",
    "QuickGELUActivation": "quick_gelu",
    "QuickGELU": "quick_gelu",
    "SiLUActivation": "silu",
    "MishActivation": "mish",
    "ReLUSquaredActivation": "relu",
}


def named(name: str) -> Nonlinearity:
    """Returns a nonlinearity that has no settings."""
    return Nonlinearity(name, _MAKERS[name](_Call((), {})).is_flat)


def called(function: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Optional[Nonlinearity]:
    """Returns the nonlinearity that a call of a function of PyTorch is; None where it is something else."""
    maker = _MAKERS.get(function[:-1] if function.endswith("_") else function)
    return None if maker is None else maker(_Call(tuple(args), kwargs))


class _Call(NamedTuple):
    args: Sequence[Any]
    kwargs: Mapping[str, Any]

    def setting(self, place: int, name: str, usual: float) -> float:
        value = self.kwargs.get(name, self.args[place] if len(self.args) > place else usual)
        return float(value)


_Maker = Callable[[_Call], Nonlinearity]


def _flat_at(name: str, *ends: float) -> _Maker:
    def is_flat(_: Tensor, y: Tensor) -> Tensor:
        return sum((y == end for end in ends[1:]), y == ends[0])

    return lambda call: Nonlinearity(name, is_flat)


def _flat_below(name: str, end: float) -> Nonlinearity:
    return Nonlinearity(name, lambda x, _: x < end)


def _usual_end(name: str) -> _Maker:
    return lambda call: _flat_below(name, FLAT_BELOW[name])


def _never_flat(name: str) -> _Maker:
    return lambda call: Nonlinearity(name, lambda x, y: y != y)


def _two_ends(name: str) -> _Maker:
    return lambda call: Nonlinearity(name, lambda _, y: y.abs() > SATURATED)


def _sigmoid(call: _Call) -> Nonlinearity:
    return Nonlinearity("sigmoid", lambda _, y: (2 * y - 1).abs() > SATURATED)


def _gelu(call: _Call) -> Nonlinearity:
    approximate = call.kwargs.get("approximate", call.args[1] if len(call.args) > 1 else "none")
    name = "gelu_tanh" if approximate == "tanh" else "gelu"
    return _flat_below(name, FLAT_BELOW[name])


def _elu(call: _Call) -> Nonlinearity:
    return _flat_below("elu", math.log(FLAT_SLOPE / call.setting(1, "alpha", 1.0)))


def _celu(call: _Call) -> Nonlinearity:
    return _flat_below("celu", call.setting(1, "alpha", 1.0) * math.log(FLAT_SLOPE))


def _softplus(call: _Call) -> Nonlinearity:
    end = math.log(FLAT_SLOPE / (1 - FLAT_SLOPE))
    return _flat_below("softplus", end / call.setting(1, "beta", 1.0))


def _hardtanh(call: _Call) -> Nonlinearity:
    low, high = call.setting(1, "min_val", -1.0), call.setting(2, "max_val", 1.0)
    name = "relu6" if (low, high) == (0.0, 6.0) else "hardtanh"
    return Nonlinearity(name, lambda _, y: (y <= low) | (y >= high))


_MAKERS: Dict[str, _Maker] = {
    "tanh": _two_ends("tanh"),
    "softsign": _two_ends("softsign"),
    "sigmoid": _sigmoid,
    "relu": _flat_at("relu", 0.0),
    "relu6": _flat_at("relu6", 0.0, 6.0),
    "hardtanh": _hardtanh,
    "hardsigmoid": _flat_at("hardsigmoid", 0.0, 1.0),
    "hardswish": lambda call: Nonlinearity("hardswish", lambda x, _: x <= -3),
    "leaky_relu": _never_flat("leaky_relu"),
    "prelu": _never_flat("prelu"),
    "rrelu": _never_flat("rrelu"),
    "gelu": _gelu,
    "gelu_tanh": _usual_end("gelu_tanh"),
    "quick_gelu": _usual_end("quick_gelu"),
    "silu": _usual_end("silu"),
    "mish": _usual_end("mish"),
    "selu": _usual_end("selu"),
    "elu": _elu,
    "celu": _celu,
    "softplus": _softplus,
}
