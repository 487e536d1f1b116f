"""The examples of every probe of a run, and what a model makes of them."""

from __future__ import annotations

from typing import Any, Callable, Mapping, NamedTuple, Optional, Tuple

import torch
from torch import Tensor, nn

#: Examples that are probed, as everywhere in ablate: a probe costs little, and its map of saturation is small.
EXAMPLES = 32

#: Examples that a store tells apart.
MOST_EXAMPLES = 256

Loss = Callable[[Any, Any], Tensor]


class Batch(NamedTuple):
    """Inputs of a model, and what its loss takes beside its output."""

    args: Tuple[Any, ...]
    kwargs: Mapping[str, Any]
    target: Any
    examples: int

    def run(self, model: nn.Module, loss: Optional[Loss]) -> Optional[Tensor]:
        """Runs a model on the examples; returns their loss where one is to be had."""
        device = next((one.device for one in model.parameters()), torch.device("cpu"))
        args = tuple(_mapped(one, lambda tensor: tensor.to(device)) for one in self.args)
        kwargs = {key: _mapped(one, lambda tensor: tensor.to(device)) for key, one in self.kwargs.items()}
        output = model(*args, **kwargs)
        if loss is not None:
            return loss(output, _mapped(self.target, lambda tensor: tensor.to(device)))
        return own_loss(output)


def batch_of(given: Any) -> Batch:
    """Makes a batch of what `probes` or `probe_batch` is given as, cut to its first examples and copied.

    A tensor is the input. Of a pair the first is the input, the second the target. A mapping has arguments by name.
    An input that is a tuple has several arguments.

    Raises ValueError where there is no tensor in it.
    """
    target: Any = given
    if isinstance(given, (tuple, list)) and len(given) == 2:
        given, target = given
    if isinstance(given, Mapping):
        return made((), dict(given), target)
    return made(tuple(given) if isinstance(given, (tuple, list)) else (given,), {}, target)


def made(args: Tuple[Any, ...], kwargs: Mapping[str, Any], target: Any) -> Batch:
    """Makes a batch of a model's arguments, cut to its first examples and copied.

    Raises ValueError where there is no tensor among them, or too many examples.
    """
    tensors = [one for one in _tensors((args, kwargs)) if one.dim() > 0]
    if not tensors:
        raise ValueError("probes: a batch needs a tensor, a pair (input, target), or a dict of arguments")
    size = tensors[0].shape[0]
    everything = [one for one in _tensors((args, kwargs, target)) if one.dim() > 0]
    # Tensors of other lengths (positions, packed rows) belong to all examples: then none is cut.
    keep = min(size, EXAMPLES) if all(one.shape[0] == size for one in everything) else size

    def first(tensor: Tensor) -> Tensor:
        return (tensor if tensor.dim() == 0 else tensor[:keep]).detach().clone()

    if keep > MOST_EXAMPLES:
        raise ValueError(
            f"probes: a batch whose tensors have different lengths is not cut; it has {keep} examples, "
            f"and {MOST_EXAMPLES} are the most"
        )
    cut = {key: _mapped(one, first) for key, one in kwargs.items()}
    return Batch(tuple(_mapped(one, first) for one in args), cut, _mapped(target, first), keep)


def own_loss(output: Any) -> Optional[Tensor]:
    """Returns the loss that a model computes itself: `output.loss`, `output["loss"]`, or a number in a tuple."""
    found = getattr(output, "loss", None)
    if found is None and isinstance(output, Mapping):
        found = output.get("loss")
    candidates = [found, *(output if isinstance(output, (tuple, list)) else [output])]
    for one in candidates:
        if isinstance(one, Tensor) and one.numel() == 1 and one.requires_grad and one.dim() < 2:
            return one.reshape(())
    return None


def _mapped(value: Any, change: Callable[[Tensor], Tensor]) -> Any:
    if isinstance(value, Tensor):
        return change(value)
    if isinstance(value, Mapping):
        return {key: _mapped(one, change) for key, one in value.items()}
    if isinstance(value, (tuple, list)):
        items = [_mapped(one, change) for one in value]
        return type(value)(*items) if hasattr(value, "_fields") else type(value)(items)
    return value


def _tensors(value: Any) -> Any:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _tensors(one)
    elif isinstance(value, (tuple, list)):
        for one in value:
            yield from _tensors(one)
