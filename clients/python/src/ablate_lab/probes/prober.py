"""Probes a model on a schedule, and writes what it sees as frames."""

from __future__ import annotations

from typing import Any, Callable, Dict, Mapping, Optional, Tuple

import torch
from torch import Tensor, nn

from ..faults import warn
from .batch import Batch, Loss, batch_of, made
from .encoder import Encoder, Seen
from .isolation import isolated, modes_of
from .schedule import ends_with_probe, is_schedule, schedule_of
from .trace import Trace, layers_of, weights_of

Write = Callable[[bytes], None]


class Prober:
    """Probes one model after some of its updates. A fault of a probe is told once and ends the probes alone."""

    def __init__(
        self,
        model: nn.Module,
        write: Write,
        probes: Any,
        batch: Any = None,
        loss: Optional[Loss] = None,
        kinds: Optional[Mapping[str, str]] = None,
        prefix: str = "",
    ) -> None:
        """Makes a prober.

        Args:
            model: the model that is trained; compiled and distributed ones are probed as what they wrap
            write: takes frames
            probes: a schedule, or a batch that is probed at 0 and at 1, 2 and 5 of every power of ten
            batch: a tensor, a pair (input, target) or a dict of arguments; without one the first batch of training
            loss: takes output and target; with it, or where the model returns a loss itself, gradients are probed. The
                first batch of training has no target
            kinds: kinds of layers by name, as the run has them
            prefix: of the names of layers, where a run has several models

        Raises:
            ValueError: there is no such schedule or batch, or the model is spread over processes
        """
        if not is_schedule(probes) and probes is not None:
            probes, batch = None, probes
        self._due = schedule_of(probes)
        self._has_end = ends_with_probe(probes)
        self._model = eager_of(model)
        self._encoder = Encoder(self._model, kinds or {}, prefix)
        self._write = write
        self._loss = loss
        self._modes = modes_of(self._model)
        self._probed = -1
        self._missed: Optional[int] = None
        self._is_over = False
        self._capture: Any = None
        self._batch: Optional[Batch] = None if batch is None else batch_of(batch)
        self._is_of_training = self._batch is None
        if self._is_of_training:
            self._capture = _capturing(model, self._keep)

    def before_update(self, updates: int) -> None:
        """Probes before the first update that is seen."""
        if self._probed < 0 and self._is_due(updates):
            if self._batch is None:
                self._missed = updates  # an optimizer that runs the model itself: its batch comes now
                return
            self._modes_now()
            self._probe_if(True, updates)

    def after_update(self, updates: int) -> None:
        """Probes after so many updates where that is due."""
        self._missed = None
        if self._is_due(updates):
            self._modes_now()
            self._probe_if(True, updates)

    def at_end(self, updates: int) -> None:
        """Probes what training has come to."""
        if self._batch is None and not self._is_over:
            warn("no probes: the model was not called in training; watch(..., probe_batch=...) gives a batch")
        self._probe_if(self._has_end and self._probed >= 0, updates)
        self.stop()

    def stop(self) -> None:
        """Probes no more."""
        self._is_over = True
        if self._capture is not None:
            self._capture.remove()
            self._capture = None

    def _keep(self, args: Tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        if self._capture is not None:
            self._capture.remove()
            self._capture = None
        try:
            self._batch = made(args, kwargs, None)
        except Exception as error:
            self._give_up(self._missed or 0, error)
            return
        if self._missed is not None:
            self._modes_now()
            self._probe_if(True, self._missed)

    def _is_due(self, updates: int) -> bool:
        try:
            return not self._is_over and self._due(updates)
        except Exception as error:
            self._give_up(updates, error)
            return False

    def _modes_now(self) -> None:
        self._modes = modes_of(self._model)

    def _probe_if(self, is_due: bool, updates: int) -> None:
        if self._is_over or not is_due or updates == self._probed or self._batch is None:
            return
        if torch.cuda.is_available() and torch.cuda.is_current_stream_capturing():
            return
        self._probed = updates
        try:
            self._write(self._frame_of(updates, self._batch))
        except Exception as error:
            self._give_up(updates, error)

    def _frame_of(self, updates: int, batch: Batch) -> bytes:
        try:
            return self._frame(updates, batch)
        except Exception as error:
            if self._loss is None or not self._is_of_training:
                raise
            self._loss = None
            frame = self._frame(updates, batch)  # raises where it was not the loss
            warn(
                f"no gradients in probes: probe_loss has no target ({type(error).__name__}); "
                "watch(..., probe_batch=(input, target)) gives one"
            )
            return frame

    def _give_up(self, updates: int, error: Exception) -> None:
        self.stop()
        said = str(error).strip().split("\n")[0] or "no reason given"
        warn(
            f"no probes from step {updates} on: {type(error).__name__}: {said}; "
            "training and the rest of the recording go on"
        )

    def _frame(self, updates: int, batch: Batch) -> bytes:
        refuse_shards(self._model)
        with isolated(self._model, self._modes):
            trace, loss, gradients = self._pass(batch)
            seen = Seen(updates, batch.examples, loss, trace.layers, gradients)
            return self._encoder.frame(seen)

    def _pass(self, batch: Batch) -> Tuple[Trace, Optional[float], Dict[int, Tensor]]:
        trace = Trace(self._model, batch.examples)
        with torch.enable_grad() if self._may_have_loss() else torch.no_grad():
            with trace:
                loss = batch.run(self._model, self._loss)
            gradients = _gradients(self._model, loss)
        return trace, None if loss is None else float(loss.detach()), gradients

    def _may_have_loss(self) -> bool:
        return any(one.requires_grad for one in self._model.parameters())


def eager_of(model: nn.Module) -> nn.Module:
    """Returns the module that a compiled or distributed one wraps."""
    while True:
        inner = model._modules.get("_orig_mod")
        if inner is None and isinstance(model, (nn.parallel.DistributedDataParallel, nn.DataParallel)):
            inner = model.module
        if inner is None:
            return model
        model = inner


def refuse_shards(model: nn.Module) -> None:
    """Raises ValueError where a process has only a part of each parameter: one alone cannot run the model."""
    for one in model.parameters():
        if type(one).__name__ == "DTensor" or type(one.data).__name__ == "DTensor" or hasattr(one, "ds_id"):
            raise ValueError("the parameters are sharded over processes")
    for module in model.modules():
        if type(module).__name__ == "FullyShardedDataParallel":
            raise ValueError("the parameters are sharded over processes")


def _capturing(model: nn.Module, keep: Callable[[Tuple[Any, ...], Mapping[str, Any]], None]) -> Any:
    """Takes the arguments of the first call of a model that is in training."""
    if hasattr(torch.optim.Optimizer, "register_step_pre_hook"):  # PyTorch 2: hooks see named arguments
        return model.register_forward_pre_hook(
            lambda module, args, kwargs: keep(args, kwargs) if module.training else None, with_kwargs=True
        )
    return _WrappedForward(model, keep)


class _WrappedForward:
    """Does in PyTorch 1, whose hooks do not see named arguments, what a hook does."""

    def __init__(self, model: nn.Module, keep: Callable[[Tuple[Any, ...], Mapping[str, Any]], None]) -> None:
        self._model = model
        forward = model.forward

        def kept(*args: Any, **kwargs: Any) -> Any:
            if model.training:
                keep(args, kwargs)
            return forward(*args, **kwargs)

        model.__dict__["forward"] = kept

    def remove(self) -> None:
        self._model.__dict__.pop("forward", None)


def _gradients(model: nn.Module, loss: Optional[Tensor]) -> Dict[int, Tensor]:
    """Returns the gradients of the loss in all matrices, by the id of each; `.grad` is left alone."""
    if loss is None or not loss.requires_grad:
        return {}
    own = {id(one): one for _, module in layers_of(model) for one in weights_of(module)}
    wanted = [one for one in own.values() if one.requires_grad]
    if not wanted:
        return {}
    found = torch.autograd.grad(loss, wanted, allow_unused=True)
    dense = [one.to_dense() if one is not None and one.is_sparse else one for one in found]
    return {id(one): slope for one, slope in zip(wanted, dense) if slope is not None}
