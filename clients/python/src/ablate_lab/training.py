"""A run whose optimizer steps are recorded by themselves."""

from __future__ import annotations

import weakref
from typing import Any, Callable, Dict, List, Optional, Sequence

import torch

from .amp import follow_scalers, unfollow_scalers
from .arriving import Arriving
from .follower import Follower, Ratios
from .hooks import StepHooks
from .losses import NAN, Loss
from .parameters import Parameter, stray
from .ratios import Compared
from .recording import Recording
from .run import Run, guarded, open_runs
from .steps import Steps


#: A fifth of what `torch.no_grad()` takes.
set_grad: Callable[[bool], Any] = torch._C._set_grad_enabled


class WatchedRun(Run):
    """A training: `loss` before every step, `log` for any other number, `finish` at its end."""

    def __init__(self, recording: Recording, name: str, run_id: Optional[str] = None, *, start: int = 0) -> None:
        super().__init__(recording, name, run_id)
        #: Called after every step with the number of updates so far.
        self.after_step: List[Callable[[int], None]] = []
        #: Called before the first step, and at the end, with the number of updates so far.
        self.before_first: List[Callable[[int], None]] = []
        self.at_end: List[Callable[[int], None]] = []
        self._start = start
        self._steps = Steps(recording, start, 0)
        self._told = Loss()  # by the script, and of no step yet
        self._arriving = Arriving()
        self._loss = Loss()  # of the step that is being made
        #: Whether the script tells a loss after its step; None: not known yet.
        self._late: Optional[bool] = None
        self._in_step = False
        self._stepped = 0  # optimizers that the step being made has called
        self._skipped = 0
        self._followers: "List[weakref.ref[Follower]]" = []
        self._hooks: "List[weakref.ref[StepHooks]]" = []
        self._columns: Dict[int, int] = {}
        self._owners: Dict[int, int] = {}
        self._names: Dict[int, str] = {}

    @property
    def step(self) -> int:
        """The number of updates so far, counted from 0 where the run began."""
        return self._steps.next

    def follow(
        self, optimizers: Sequence[Any], parameters: Sequence[Parameter], trained: Sequence[Parameter], ratios: Ratios
    ) -> None:
        """Begins to follow optimizers; `trained` are the parameters whose ratios have columns."""
        if not self.recording.is_open:
            return
        self._names = {id(one.tensor): one.name for one in parameters}
        self._columns = {id(one.tensor): at for at, one in enumerate(trained)}
        self._steps = Steps(self.recording, self._start, len(trained))
        for at, optimizer in enumerate(optimizers):
            for other in list(open_runs):
                if isinstance(other, WatchedRun) and other.calls_of(optimizer) is not None:
                    other.finish("stopped", reason="its optimizer is watched anew")
            follower = Follower(optimizer, ratios, self._column_for(at))
            hooks = StepHooks(optimizer, self._hook(self._before, follower), self._hook(self._after, follower))
            self._followers.append(weakref.ref(follower, self._gone()))
            self._hooks.append(weakref.ref(hooks))
        follow_scalers(self)

    def loss(self, value: Any) -> None:
        """Gives the loss of the batch whose update comes next. It is read later: this never waits for a GPU.

        Several before one step (accumulation, several losses) are averaged. Of a closure that an optimizer calls
        several times, as LBFGS does, the first counts.
        """
        if not self.recording.is_open:
            return
        try:
            if self._in_step and not any(hooks.is_running() for hooks in self._hooked()):
                self._in_step = False  # the step raised
                self._loss.clear()
            if not (self._in_step and self._loss.count + self._told.count):
                try:
                    self._told.take(value)
                except (TypeError, ValueError, OverflowError):
                    self._refuse("a loss", f"{type(value).__name__} is not one number")
                    self._told.take(NAN)
        except Exception as error:
            self.recording.fail(error)

    def calls_of(self, optimizer: Any) -> Optional[int]:
        """Returns how often an optimizer was called; None where it is not followed."""
        hooks = self._hooks_of(optimizer)
        return None if hooks is None else hooks.calls

    @guarded
    def step_skipped(self, optimizer: Any) -> None:
        """Notes that a gradient scaler found infinities and made no step."""
        if self._hooks_of(optimizer) is None:
            return
        self._skipped += 1
        self._told.clear()
        self.log({"skipped_steps": self._skipped})

    def state_dict(self) -> Dict[str, Any]:
        """Returns what a checkpoint keeps: `watch(..., resume=checkpoint["run"])` goes on from there."""
        return {"id": self.id, "step": self.step}

    @guarded
    def flush(self) -> None:
        """Writes what is still kept in memory, but for what a GPU has not computed yet."""
        self._arriving.flush(self._keep)
        super().flush()
        self._steps.flush()

    def finish(
        self, state: str = "finished", *, reason: Optional[str] = None, error: Optional[object] = None
    ) -> None:
        """Ends the recording and takes every hook off; `state` is `finished`, `failed` or `stopped`."""
        super().finish(state, reason=reason, error=error)
        unfollow_scalers(self)
        for hooks in self._hooked():
            hooks.remove()
        self._forget()

    def _last_words(self) -> None:
        if self._stepped:
            self._close()
        if self._late and self._told.count:
            self._give_loss(self._told, back=1)
        for told in self.at_end:
            told(self.step)
        self._arriving.flush(self._keep, wait=True)
        super()._last_words()
        self._steps.drain(wait=True)

    def _take(self, name: str, step: int, value: Any) -> None:
        if isinstance(value, torch.Tensor) and not value.is_cpu and value.numel() == 1:
            with torch.no_grad():
                self._arriving.take(name, step, value)
        else:
            super()._take(name, step, value)

    def _before(self, follower: Follower) -> None:
        if follower.sees_capture():
            return
        if follower.stepped:
            self._close()
        self._in_step = True
        if not self._stepped:
            self._begin()
        self._take_told()
        if follower.has_changed():
            self._steps.regroup()
            follower.arrange()
        follower.before(self.step)

    def _after(self, follower: Follower) -> None:
        if follower.is_captured:
            return
        self._in_step = False
        optimizer = follower.optimizer()
        found = getattr(optimizer, "found_inf", None)  # a fused optimizer skips a step by itself
        if isinstance(found, torch.Tensor) and found.device.type == "cpu" and found.item():
            if not self._stepped:
                self._loss.clear()
            self.step_skipped(optimizer)
            return
        self._take_told()
        follower.after(self._row)
        self._stepped += 1
        if self._stepped >= len(self._followers):
            self._close()

    def _begin(self) -> None:
        """Settles what belongs to the step before."""
        made = self.step - self._start
        if made == 0:
            for told in self.before_first:
                told(self.step)
        if made == 1 and self._late is None:
            self._late = self._told.count > 0
        if self._late and made:
            self._give_loss(self._told, back=1)
        if self._late is not False and made and self._steps.is_due:
            self.flush()

    def _close(self) -> None:
        """Ends a step: each optimizer was called, or one of them is about to be called again."""
        followers = self._alive()
        if self._late is None and (self._loss.count or self.step > self._start):
            self._late = False
        loss = NAN if self._late is not False else self._give_loss(self._loss)
        rates = [rate for one in followers for rate in one.rates]
        self._steps.add(loss, [self._rate(at, rate) for at, rate in enumerate(rates)])
        for one in followers:
            one.stepped = False
        self._stepped = 0
        if self._late is False and self._steps.is_due:
            self.flush()
        for told in self.after_step:
            told(self.step)

    def _take_told(self) -> None:
        """Takes losses as those of this step, unless the script tells them after it."""
        if not self._late and self._told.count:
            self._loss.add(self._told)

    def _give_loss(self, loss: Loss, back: int = 0) -> float:
        value: Any = loss.value()
        if isinstance(value, torch.Tensor):
            kind = torch.float32 if value.device.type == "mps" else torch.float64
            self._steps.row("loss", value.device, kind, "loss", back=back).copy_(value)
            value = NAN
        elif back:
            self._steps.amend(value)
        loss.clear()
        return float(value)

    def _rate(self, at: int, rate: Any) -> float:
        if not isinstance(rate, torch.Tensor):
            return NAN if rate is None else float(rate)
        if rate.device.type == "cpu":
            return float(rate.item())
        self._steps.row(("lr", at), rate.device, torch.float32, at).copy_(rate.detach())
        return NAN

    def _row(self, one: Compared) -> torch.Tensor:
        return self._steps.row(one.key, one.device, one.dtype, one.columns, one.width)

    def _column_for(self, at: int) -> Callable[[Any], Optional[int]]:
        reference = weakref.ref(self)

        def column(tensor: Any) -> Optional[int]:
            run = reference()
            return None if run is None else run._column(at, tensor)

        return column

    def _column(self, at: int, tensor: Any) -> Optional[int]:
        """Returns the column of a parameter for one optimizer; another that has it too has none."""
        key = id(tensor)
        if self._owners.setdefault(key, at) != at:
            return None
        if key not in self._columns:
            name = self._names.get(key) or stray(tensor, len(self._columns)).name
            self._columns[key] = len(self._columns)
            self._steps.extra.append(name)
            self.recording.event("parameter", f"{name} is trained from step {self.step} on: metric ratio.{name}")
        return self._columns[key]

    def _hook(self, act: Callable[[Follower], None], follower: Follower) -> Callable[[], None]:
        def hook() -> None:
            if not self.recording.is_open:
                follower.forget()
                return
            graded = torch.is_grad_enabled()
            set_grad(False)
            try:
                act(follower)
            except Exception as error:
                self.recording.fail(error)
                self._forget()
            finally:
                set_grad(graded)

        return hook

    def _gone(self) -> "Callable[[weakref.ref[Follower]], None]":
        followers = self._followers

        def gone(reference: "weakref.ref[Follower]") -> None:
            if reference in followers:
                followers.remove(reference)

        return gone

    def _alive(self) -> List[Follower]:
        return [one for one in (reference() for reference in self._followers) if one is not None]

    def _hooked(self) -> List[StepHooks]:
        return [one for one in (reference() for reference in self._hooks) if one is not None]

    def _hooks_of(self, optimizer: Any) -> Optional[StepHooks]:
        return next((hooks for hooks in self._hooked() if hooks.is_of(optimizer)), None)

    def _forget(self) -> None:
        for follower in self._alive():
            follower.forget()
