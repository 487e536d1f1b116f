"""Hooks around an optimizer's `step`, on every PyTorch since 1.13."""

from __future__ import annotations

import sys
import types
import weakref
from typing import Any, Callable, Optional

Hook = Callable[[], None]


class StepHooks:
    """Calls `before` and `after` around each outermost `step` of an optimizer.

    They are no part of the optimizer's state: copies and pickles of it have none.
    """

    def __init__(self, optimizer: Any, before: Hook, after: Hook) -> None:
        self.calls = 0
        self._before: Optional[Hook] = before
        self._after: Optional[Hook] = after
        self._outer: Any = None
        self._depth = 0
        self._optimizer = weakref.ref(optimizer)
        self._handles: Any = []
        if hasattr(optimizer, "_optimizer_step_pre_hooks"):
            self._handles = [
                optimizer.register_step_pre_hook(_untraced(self._enter)),
                optimizer.register_step_post_hook(_untraced(self._leave)),
            ]
        else:
            self._wrap(optimizer)

    def is_of(self, optimizer: Any) -> bool:
        """Whether they are around the steps of this optimizer."""
        return self._optimizer() is optimizer

    def is_running(self) -> bool:
        """Whether a step is being made, and did not raise."""
        if self._outer is not None and not _calls(self._outer, sys._getframe()):
            self._outer = None
        return self._outer is not None

    def remove(self) -> None:
        """Takes the hooks off."""
        self._before = self._after = self._outer = None
        for handle in self._handles:
            handle.remove()
        optimizer = self._optimizer()
        own = None if optimizer is None else vars(optimizer).get("step")
        if getattr(getattr(own, "__func__", None), "ablate_hooks", None) is self:
            self._restore(optimizer)

    def _enter(self, frame: Any) -> None:
        """Begins a step that `frame` makes."""
        if self._before is None:
            return
        if self._outer is not None and _calls(self._outer, frame):
            self._depth += 1  # an optimizer whose `step` calls that of its class
            return
        self._outer, self._depth = frame, 0  # also after a step that raised, and so never left
        self.calls += 1
        self._before()

    def _leave(self, _: Any) -> None:
        if self._after is None or self._outer is None:
            return
        if self._depth > 0:
            self._depth -= 1
            return
        self._outer = None
        self._after()

    def _wrap(self, optimizer: Any) -> None:
        """Wraps `step` in place: a method, since schedulers take its function and bind it again."""
        before = vars(optimizer).get("step")
        inner = optimizer.step
        function = getattr(inner, "__func__", None)
        hooks = self

        def step(self: Any, *args: Any, **kwargs: Any) -> Any:
            frame = sys._getframe()
            hooks._enter(frame)
            result = inner_step(self, *args, **kwargs)
            hooks._leave(frame)
            return result

        def inner_step(self: Any, *args: Any, **kwargs: Any) -> Any:
            return inner(*args, **kwargs) if function is None else function(self, *args, **kwargs)

        if function is not None:
            del inner  # a bound method keeps its optimizer alive
        step.ablate_hooks = hooks  # type: ignore[attr-defined]
        step._with_counter = getattr(function, "_with_counter", False)  # type: ignore[attr-defined]
        self._replaced = before
        optimizer.step = types.MethodType(step, optimizer)

    def _restore(self, optimizer: Any) -> None:
        if self._replaced is None:
            del optimizer.step
        else:
            optimizer.step = self._replaced


def _calls(outer: Any, frame: Any) -> bool:
    while frame is not None:
        if frame is outer:
            return True
        frame = frame.f_back
    return False


def _untraced(hook: Callable[[Any], None]) -> Callable[..., None]:
    """Makes a hook of PyTorch that torch.compile leaves out of what it traces."""

    def call(*_: Any) -> None:
        hook(sys._getframe(1))

    setattr(call, "_torchdynamo_disable", True)
    return call
