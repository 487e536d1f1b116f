"""Gradient scalers: a step that one of them skips is no step."""

from __future__ import annotations

import functools
import weakref
from typing import Any, Callable, List, Tuple

import torch

#: What wants to know of skipped steps: `scaler_stepped(optimizer, begin)`, `steps_of(optimizer)`.
_followers: "weakref.WeakSet[Any]" = weakref.WeakSet()
_patched: List[Tuple[Any, Callable[..., Any]]] = []


def follow_scalers(follower: Any) -> None:
    """Tells a follower of every `GradScaler.step` whose optimizer made no step.

    PyTorch has no hook there, so that `step` of the classes themselves is wrapped while anything follows them.
    """
    _followers.add(follower)
    if not _patched:
        for scaler in _scalers():
            original = scaler.step
            setattr(scaler, "step", _told(original))
            _patched.append((scaler, original))


def unfollow_scalers(follower: Any) -> None:
    """Ends that, and puts the classes' own `step` back after the last follower."""
    _followers.discard(follower)
    if not _followers:
        while _patched:
            scaler, original = _patched.pop()
            if getattr(scaler.step, "__wrapped__", None) is original:
                setattr(scaler, "step", original)


def _scalers() -> List[Any]:
    found: List[Any] = []
    for module in (getattr(torch, "amp", None), torch.cuda.amp):
        scaler = getattr(module, "GradScaler", None)
        if scaler is not None and "step" in vars(scaler) and scaler not in found:
            found.append(scaler)
    return found


def _told(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def step(scaler: Any, optimizer: Any, *args: Any, **kwargs: Any) -> Any:
        followers = list(_followers)
        begun = [follower.calls_of(optimizer) for follower in followers]
        result = original(scaler, optimizer, *args, **kwargs)
        for follower, calls in zip(followers, begun):
            if follower.calls_of(optimizer) == calls:
                follower.step_skipped(optimizer)
        return result

    return step
