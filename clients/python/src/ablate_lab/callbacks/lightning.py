"""For Lightning's `Trainer`: `Trainer(..., callbacks=[LightningCallback(name="mnist/lr=1e-3")])`."""

from __future__ import annotations

import importlib
import math
import sys
from typing import Any, Mapping, Optional, Set

import torch

from ..watching import watch


def _base() -> Any:
    """Returns the callback of the package that is in use: both names of the library have one of their own."""
    is_older = "pytorch_lightning" in sys.modules and "lightning.pytorch" not in sys.modules
    names = ["lightning.pytorch", "pytorch_lightning"]
    for name in reversed(names) if is_older else names:
        try:
            return importlib.import_module(name).Callback
        except ImportError:
            continue
    raise ImportError("LightningCallback needs lightning or pytorch_lightning")


_Callback: Any = _base()


class LightningCallback(_Callback):
    """Records the loss, the rate and the ratios of every optimizer step, and what the module logs.

    It takes what `watch` takes but model and optimizers, which come from the trainer; settings are the module's
    hyperparameters unless given. Manual optimization and several optimizers are recorded as well.
    """

    def __init__(self, name: Optional[str] = None, *, config: Any = None, **options: Any) -> None:
        super().__init__()
        self._name = name
        self._config = config
        self._options = options
        #: The run, from the beginning of training on.
        self.run: Any = None
        self._loss: Any = None
        #: Metrics that were there before the validation that runs, and those that only validations make.
        self._known: Set[str] = set()
        self._later: Set[str] = set()

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        """Begins a run."""
        self._end()
        if not trainer.is_global_zero or not trainer.optimizers:
            return
        self.run = watch(
            pl_module,
            list(trainer.optimizers),
            name=self._name or type(pl_module).__name__,
            config=dict(getattr(pl_module, "hparams", {})) if self._config is None else self._config,
            **{"steps": _planned(trainer, pl_module), "start": _made(trainer) or None, **self._options},
        )

    def on_before_backward(self, trainer: Any, pl_module: Any, loss: Any) -> None:
        """Keeps the loss of a batch; it is divided by the number of batches of a step already.

        By hand each loss is one of the step that comes next: the run has their mean.
        """
        if self.run is None:
            return
        value = loss.detach()
        scale = _scale(trainer)
        value = value if scale is None else value / scale
        if not pl_module.automatic_optimization:
            self.run.loss(value)
            return
        self._loss = value if self._loss is None else self._loss + value

    def on_before_optimizer_step(self, trainer: Any, pl_module: Any, optimizer: Any) -> None:
        """Gives the loss of all batches of a step."""
        if self.run is not None and self._loss is not None:
            self.run.loss(self._loss)
        self._loss = None

    def on_train_batch_end(self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int) -> None:
        """Records what the module logs at a step, as often as the trainer logs it."""
        every = trainer.log_every_n_steps
        if self.run is not None and every and self.run.step % every == 0:
            self._log({name: one for name, one in trainer.callback_metrics.items() if name not in self._later})

    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        """Records what the module has logged of an epoch."""
        self._log({name: one for name, one in trainer.callback_metrics.items() if name not in self._later})

    def on_validation_start(self, trainer: Any, pl_module: Any) -> None:
        """Notes which metrics are there without a validation."""
        self._known = set(trainer.callback_metrics)

    def on_validation_end(self, trainer: Any, pl_module: Any) -> None:
        """Records metrics of a validation."""
        if trainer.sanity_checking:
            return
        metrics = trainer.callback_metrics
        self._later |= set(metrics) - self._known
        self._log({name: one for name, one in metrics.items() if name in self._later})

    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:
        """Ends the run with what has ended the training."""
        if isinstance(exception, KeyboardInterrupt):
            self._end("stopped", reason="interrupted")
        else:
            self._end("failed", error=exception)

    def on_train_end(self, trainer: Any, pl_module: Any) -> None:
        """Ends the run."""
        self._end()

    def _log(self, metrics: Mapping[str, Any]) -> None:
        numbers = {name: value for name, value in metrics.items() if _is_number(value)}
        if self.run is not None and numbers:
            self.run.log(numbers, step=self.run.step)

    def _end(self, state: str = "finished", **why: Any) -> None:
        run, self.run, self._loss = self.run, None, None
        if run is not None:
            run.finish(state, **why)


def _is_number(value: Any) -> bool:
    if isinstance(value, torch.Tensor):
        return value.numel() == 1
    return isinstance(value, (int, float))


def _scale(trainer: Any) -> Any:
    """Returns by what a loss of 16-bit training is multiplied, without waiting for the device."""
    scaler = getattr(trainer.precision_plugin, "scaler", None)
    return None if scaler is None or not scaler.is_enabled() else scaler._scale


def _planned(trainer: Any, pl_module: Any) -> Optional[int]:
    if not getattr(pl_module, "automatic_optimization", True):
        return None
    try:
        steps = trainer.estimated_stepping_batches
    except Exception:
        return None  # what it needs is not known before training
    return int(steps) if 0 < steps < math.inf else None


def _made(trainer: Any) -> int:
    """Returns the updates that were made before; the trainer counts those of each optimizer."""
    made: int = trainer.global_step // max(1, len(trainer.optimizers))
    return made

