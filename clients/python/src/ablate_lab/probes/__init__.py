"""Probes: what a network is like at some steps, layer by layer."""

from __future__ import annotations

from typing import Any, Dict

from ..faults import warn
from ..parameters import Models, named_models, parameters_of
from ..training import WatchedRun
from .prober import Prober

__all__ = ["Prober", "follow_with_probes"]


def follow_with_probes(run: WatchedRun, models: Models, probes: Any, batch: Any, loss: Any) -> None:
    """Probes the model of a run on a schedule; of several models the first."""
    if not run.recording.is_open:
        return
    prefix, model = named_models(models)[0]
    kinds: Dict[str, str] = {
        one.layer: one.kind for one in parameters_of(models, []) if one.role in ("weight", "embedding")
    }

    def write(frame: bytes) -> None:
        run.flush()  # steps before the probe that is of what they have left
        run.recording.write(frame)

    try:
        prober = Prober(model, write, probes, batch, loss, kinds=kinds, prefix=prefix)
    except Exception as error:
        warn(f"no probes: {error}; training and the rest of the recording go on")
        return
    def end(updates: int) -> None:
        prober.at_end(updates)
        for calls in (run.before_first, run.after_step, run.at_end):
            calls.clear()  # a run that has ended keeps no model alive

    run.before_first.append(prober.before_update)
    run.after_step.append(prober.after_update)
    run.at_end.append(end)
