"""`start`: a run of numbers that a script logs itself, with any library or none."""

from __future__ import annotations

import os
from typing import Any, Dict, Mapping, Optional, Union

from .facts import provenance as facts
from .facts import count_of, run_name, seed_value, settings
from .faults import warn
from .recording import Recording
from .run import Run
from .system import SECONDS, follow_system


def start(
    *,
    name: Optional[str] = None,
    config: Any = None,
    seed: Optional[int] = None,
    folder: Any = "runs",
    steps: Optional[int] = None,
    rank: Optional[int] = None,
    system: Union[bool, float] = False,
) -> Run:
    """Opens a recording, and returns the run: `run.log(loss=0.3, accuracy=0.9)` records a step.

    name: `grid/label` or a label; else the name of the script.
    config: settings, as a dict or `vars(args)`.
    folder: where the file is made; an open binary pipe is written as it is.
    steps: steps planned.
    rank: of this process; else RANK of the environment. Only rank 0 records.
    system: processor, memory and GPU of this process as metrics, every 5 s or every so many.
    """
    label = run_name(name)
    world_rank = _rank() if rank is None else count_of("rank", rank) or 0
    if world_rank > 0:
        return Run(Recording(folder, None), label)
    run = opened(folder, label, config, seed, framework=None, steps=steps)
    with_system(run, system)
    return run


def opened(
    folder: Any,
    name: str,
    config: Any,
    seed: Optional[int],
    *,
    framework: Optional[str],
    steps: Optional[int],
    provenance: Optional[Mapping[str, Any]] = None,
    **more: Any,
) -> Run:
    """Opens a recording; `more` are other keys of its frame `run`."""
    try:
        head: Dict[str, Any] = {
            "name": name,
            "config": settings(config),
            "seed": seed_value(seed),
            "framework": framework,
            "steps": count_of("steps", steps),
            "start": 0,
            "resumes": None,
            "parameters": [],
            "ratios": None,
            "every": 1,
            "rank": 0,
            "world": 1,
            **more,
            "provenance": {**facts(), **(provenance or {})},
        }
        return Run(Recording(folder, head), name)
    except Exception as error:
        warn(f"{name} is not recorded: {error}; training goes on without it")
        return Run(Recording(folder, None), name)


def with_system(run: Run, system: Union[bool, float]) -> None:
    """Records the system of a run where that is asked for."""
    if system and run.recording.is_open:
        follow_system(run, SECONDS if system is True else float(system))


def _rank() -> int:
    try:
        return int(os.environ.get("RANK", 0))
    except ValueError:
        return 0
