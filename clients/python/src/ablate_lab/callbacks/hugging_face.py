"""For `transformers.Trainer`: `Trainer(..., callbacks=[HFCallback(name="bert/lr=3e-5")])`."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import Any, Dict, Mapping, Optional

from transformers import Trainer, TrainerCallback

from ..watching import watch

#: What logs of the trainer are left out: every step has them, or they are about the training as a whole.
_KNOWN = frozenset(["learning_rate", "total_flos"])
#: What a checkpoint says of its run.
_FILE = "ablate.json"
#: Settings that say where things lie, not what is trained.
_PLACES = frozenset("output_dir logging_dir run_name report_to hub_token push_to_hub_token".split())
#: Settings that are told even where they have their usual values.
_ALWAYS = ("learning_rate", "per_device_train_batch_size", "num_train_epochs", "weight_decay")


class HFCallback(TrainerCallback):
    """Records the loss, the rate and the ratios of every optimizer step, and all that the trainer logs.

    It takes what `watch` takes but model and optimizer, which come from the trainer; settings and seed do, too, unless
    given. With `probes="1-2-5"` the first batch of training is probed.
    """

    def __init__(self, name: Optional[str] = None, *, config: Any = None, seed: Optional[int] = None, **options: Any) -> None:
        self._name = name
        self._config = config
        self._seed = seed
        self._options = options
        #: The run, from the beginning of training on.
        self.run: Any = None
        self._loss: Any = None
        self._trainer: Any = None

    def on_train_begin(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        """Begins a run."""
        self._end()
        if not state.is_world_process_zero:
            return
        model = given["model"]
        self.run = watch(
            model,
            given["optimizer"],
            name=self._name or getattr(args, "run_name", None),
            config=_settings(args, model) if self._config is None else self._config,
            seed=args.seed if self._seed is None else self._seed,
            steps=state.max_steps if state.max_steps > 0 else None,
            **{**_before(args, state.global_step), **self._options},
        )
        self._follow(_trainer_on_stack())

    def on_pre_optimizer_step(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        """Gives the loss of all batches of a step."""
        if self.run is not None and self._loss is not None:
            self.run.loss(self._loss)
        self._loss = None

    def on_step_end(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        """Gives the loss where this version of the library does not call before a step."""
        self.on_pre_optimizer_step(args, state, control)

    def on_log(self, args: Any, state: Any, control: Any, logs: Optional[Mapping[str, Any]] = None, **given: Any) -> None:
        """Records what the trainer logs: metrics of evaluations, gradient norms, its own numbers."""
        if self.run is None or not logs:
            return
        has_loss = self._trainer is not None
        numbers = {
            name: value
            for name, value in logs.items()
            if isinstance(value, (int, float))
            and name not in _KNOWN
            and not name.startswith("train_")
            and not (has_loss and name == "loss")
        }
        if numbers:
            self.run.log(numbers, step=state.global_step)

    def on_save(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        """Says in a checkpoint which run it is of: a training that goes on from it goes on with the run."""
        folder = _checkpoint(args, state.global_step)
        if self.run is None or not folder.is_dir():
            return
        try:
            (folder / _FILE).write_text(json.dumps(self.run.state_dict()))
        except OSError:
            pass  # the trainer has said so of its own files

    def on_train_end(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        """Ends the run; an evaluation that comes after it is not recorded."""
        is_whole = state.max_steps <= 0 or state.global_step >= state.max_steps
        self._end("training ended" if is_whole else "the trainer stopped early")

    def _end(self, reason: Optional[str] = None) -> None:
        self._follow(None)
        run, self.run = self.run, None
        if run is not None:
            run.finish(reason=reason)

    def _follow(self, trainer: Any) -> None:
        """Takes the loss of each batch from the trainer, which tells callbacks only means of several steps."""
        before, self._trainer, self._loss = self._trainer, trainer, None
        if before is not None:
            vars(before).pop("training_step", None)
        if trainer is None or "training_step" in vars(trainer):
            self._trainer = None
            return
        training_step = trainer.training_step

        def recorded(*args: Any, **kwargs: Any) -> Any:
            loss = training_step(*args, **kwargs)
            # Each is divided by the number of batches already. They stay on their device.
            self._loss = loss if self._loss is None else self._loss + loss
            return loss

        trainer.training_step = recorded


def _checkpoint(args: Any, step: int) -> Path:
    return Path(args.output_dir) / f"checkpoint-{step}"


def _before(args: Any, step: int) -> Dict[str, Any]:
    """Returns what `watch` is told of a training that goes on from a checkpoint."""
    if step == 0:
        return {}
    try:
        return {"resume": json.loads((_checkpoint(args, step) / _FILE).read_text())}
    except (OSError, ValueError):
        return {"start": step}


def _trainer_on_stack() -> Any:
    """Returns the trainer that calls: callbacks are not given it."""
    frame: Any = sys._getframe(1)
    while frame is not None:
        found = frame.f_locals.get("self")
        if isinstance(found, Trainer):
            return found
        frame = frame.f_back
    return None


def _settings(args: Any, model: Any) -> Dict[str, Any]:
    """Returns the settings of training that are not usual, and those of the model."""
    told = args.to_sanitized_dict() if hasattr(args, "to_sanitized_dict") else {}
    usual = {one.name: one.default for one in dataclasses.fields(args)}
    training = {
        name: value
        for name, value in told.items()
        if name not in _PLACES and (name in _ALWAYS or str(value) != str(usual.get(name))) and name in usual
    }
    config: Any = getattr(model, "config", None)
    if hasattr(config, "to_diff_dict"):
        return {"training": training, "model": config.to_diff_dict()}
    return {"training": training, "model": type(model).__name__}
