"""Hooks around an optimizer's `step`, on every PyTorch since 1.13."""

from __future__ import annotations

import sys
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
        self._wrapper: Any = None
        self._replaced: Any = None
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
        if optimizer is not None:
            self._unwrap(optimizer)

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
        """Wraps `step` in place."""
        inner = optimizer.step
        function = getattr(inner, "__func__", None)
        hooks = self

        def step(self: Any, *args: Any, **kwargs: Any) -> Any:
            hooks._enter(sys._getframe())  # in no variable: a frame that has itself is a cycle
            result = inner(*args, **kwargs) if function is None else function(self, *args, **kwargs)
            hooks._leave(None)
            return result

        if hasattr(inner, "_with_counter"):
            setattr(step, "_with_counter", True)  # else a scheduler warns that it was overwritten
        self._replaced = vars(optimizer).get("step")
        optimizer.step = method = _WeakMethod(step, optimizer)
        self._wrapper = weakref.ref(method)
        if function is not None:
            del inner  # a bound method keeps its optimizer alive

    def _unwrap(self, optimizer: Any) -> None:
        if self._wrapper is None or vars(optimizer).get("step") is not self._wrapper():
            return  # something else is around it by now, and calls it
        if self._replaced is None:
            del optimizer.step
        else:
            optimizer.step = self._replaced


class _WeakMethod:
    """A method that does not keep its object alive. Schedulers ask for its parts, and bind them again."""

    def __init__(self, function: Callable[..., Any], owner: Any) -> None:
        self.__func__ = function
        self._owner = weakref.ref(owner)

    @property
    def __self__(self) -> Any:
        return self._owner()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__func__, name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.__func__(self._owner(), *args, **kwargs)


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
