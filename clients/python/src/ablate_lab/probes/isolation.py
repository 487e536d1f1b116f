"""Keeps a pass through a network from leaving anything behind that training would notice."""

from __future__ import annotations

import random
import sys
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any, Callable, Dict, Iterator, List, Set

import torch
from torch import Tensor, nn
from torch.nn.modules.dropout import _DropoutNd

#: What functional dropout draws from during a probe: the same at every one.
_SEED = 1_886_548_834


@contextmanager
def isolated(model: nn.Module, training: Dict[nn.Module, bool]) -> Iterator[None]:
    """Restores buffers, gradients, modes, random numbers and autocast afterwards, whatever happens inside.

    Buffers are not written back but exchanged for copies meanwhile, so that a graph that still waits for its backward
    pass finds the same tensors, in the same version.

    Args:
        model: the eager module
        training: modes of its modules during the pass; dropout is off in any case
    """
    undo: List[Callable[[], None]] = []
    try:
        _keep_random_numbers(undo)
        for module in model.modules():
            _keep_mode(module, training, undo)
            _uncompile(module, undo)
        _exchange_buffers(model, undo)
        for parameter in model.parameters():
            _set_gradient_aside(parameter, undo)
        with ExitStack() as stack:
            for device in _autocast_devices():
                stack.enter_context(torch.autocast(device, enabled=False))
            stack.enter_context(torch.inference_mode(False))
            yield
    finally:
        for step in reversed(undo):
            step()


def modes_of(model: nn.Module) -> Dict[nn.Module, bool]:
    """Returns which modules are in training mode."""
    return {module: module.training for module in model.modules()}


def _keep_mode(module: nn.Module, training: Dict[nn.Module, bool], undo: List[Callable[[], None]]) -> None:
    before = module.training
    undo.append(lambda: setattr(module, "training", before))
    # Synchronised batch norm waits for all processes, of which only this one probes.
    is_off = isinstance(module, (_DropoutNd, nn.SyncBatchNorm))
    module.training = training.get(module, before) and not is_off


def _uncompile(module: nn.Module, undo: List[Callable[[], None]]) -> None:
    """Lets compiled parts run eagerly: hooks would have them compiled anew."""
    call = module.__dict__.get("_compiled_call_impl")
    if call is not None:
        module.__dict__["_compiled_call_impl"] = None
        undo.append(lambda: module.__dict__.__setitem__("_compiled_call_impl", call))
    for name, child in list(module._modules.items()):
        eager = None if child is None else child._modules.get("_orig_mod")
        if eager is not None:
            module._modules[name] = eager
            undo.append(partial(module._modules.__setitem__, name, child))


def _exchange_buffers(model: nn.Module, undo: List[Callable[[], None]]) -> None:
    copies: Dict[int, Tensor] = {}
    for module in model.modules():
        buffers = module._buffers
        for name, buffer in list(buffers.items()):
            if buffer is None:
                continue
            if id(buffer) not in copies:
                copies[id(buffer)] = buffer.detach().clone()
            buffers[name] = copies[id(buffer)]
            undo.append(partial(buffers.__setitem__, name, buffer))


def _set_gradient_aside(parameter: nn.Parameter, undo: List[Callable[[], None]]) -> None:
    gradient, requires = parameter.grad, parameter.requires_grad
    parameter.grad = None

    def restore() -> None:
        if parameter.requires_grad is not requires:
            parameter.requires_grad_(requires)
        parameter.grad = gradient

    undo.append(restore)


def _keep_random_numbers(undo: List[Callable[[], None]]) -> None:
    state = torch.get_rng_state()
    undo.append(lambda: torch.set_rng_state(state))
    python = random.getstate()
    undo.append(lambda: random.setstate(python))
    numpy: Any = sys.modules.get("numpy")
    if numpy is not None and hasattr(numpy, "random"):
        legacy = numpy.random.get_state()
        undo.append(lambda: numpy.random.set_state(legacy))
    # Not torch.manual_seed: it would seed a device that is first used after the probe as well.
    torch.default_generator.manual_seed(_SEED)
    for name in ("cuda", "xpu"):
        device: Any = getattr(torch, name, None)
        if device is not None and device.is_available() and device.is_initialized():
            states = device.get_rng_state_all()
            undo.append(partial(device.set_rng_state_all, states))
            for generator in getattr(device, "default_generators", ()):
                generator.manual_seed(_SEED)
    mps: Any = getattr(torch, "mps", None)
    if mps is not None and getattr(torch.backends, "mps", None) and torch.backends.mps.is_available():
        own = mps.get_rng_state()
        undo.append(lambda: mps.set_rng_state(own))


def _autocast_devices() -> Set[str]:
    return {"cpu", "cuda"} if torch.cuda.is_available() else {"cpu"}
