"""`watch`: what a training script calls before its loop."""

from __future__ import annotations

import os
from typing import Any, Dict, List, Optional, Sequence, Tuple, Union

import torch
from torch.nn.parameter import is_lazy

from .facts import count_of, provenance, run_name, seed_value, settings
from .faults import warn
from .follower import LARGE, LARGE_TURNS, Ratios, is_sharded, is_trained
from .parameters import Models, Parameter, optimized, parameters_of
from .probes import follow_with_probes
from .recording import Recording
from .resume import Resumed, resumed
from .starting import with_system
from .training import WatchedRun


def watch(
    model: Models,
    optimizer: Any,
    *,
    name: Optional[str] = None,
    config: Any = None,
    seed: Optional[int] = None,
    every: int = 1,
    ratios: Optional[str] = "rms",
    folder: Any = "runs",
    resume: Any = None,
    start: Optional[int] = None,
    rank: Optional[int] = None,
    steps: Optional[int] = None,
    sample: Optional[int] = None,
    probes: Any = None,
    probe_batch: Any = None,
    probe_loss: Any = None,
    system: Union[bool, float] = False,
) -> WatchedRun:
    """Records every step of the optimizer, and returns the run.

    model: a module, compiled or wrapped or not, or several in a list or a dict.
    optimizer: what trains it; several in a list: a step is then one step of each.
    name: `grid/label` or a label; else the name of the script.
    config: settings, as a dict or `vars(args)`.
    every: ratios are recorded at each so many steps.
    ratios: `rms` or `std` of the update over that of the parameter; None: none are recorded.
    folder: where the file is made; an open binary pipe is written as it is.
    resume: the run that goes on: what `run.state_dict()` gave, the file, or the id with `start=`.
    start: the number of updates made before, where `resume` does not know it.
    rank: of this process; else PyTorch's own is asked, and only rank 0 records.
    steps: updates planned.
    sample: at a step, ratios of one tensor in so many, in turn; 10 for models of more than 1e9 numbers.
    probes: when layers are probed: "1-2-5" (those and 0 of every power of ten), a number (every so many steps), steps, or
        a function of the step; or at once the batch that is probed by "1-2-5".
    probe_batch: a tensor, a pair (input, target) or a dict of arguments; else the first batch of training, which has no
        target.
    probe_loss: takes output and target; with it, or where a model returns its loss, gradients are probed as well.
    system: processor, memory and GPU of this process as metrics, every 5 s or every so many.
    """
    if ratios not in ("rms", "std", None):
        raise ValueError(f"ratios is {ratios!r}; it is 'rms', 'std' or None")
    if every < 1 or (sample is not None and sample < 1):
        raise ValueError("every and sample are 1 or more")
    world_rank, world = _rank() if rank is None else (count_of("rank", rank) or 0, _rank()[1])
    label = run_name(name)
    if rank is None and world_rank > 0:
        return WatchedRun(Recording(folder, None), label)
    try:
        run = _watched(
            model, _listed(optimizer), label, config, seed, Ratios(ratios, every, sample or 0), folder,
            resumed(resume, start), world_rank, world, steps,
        )  # fmt: skip
        if probes is not None or probe_batch is not None:
            follow_with_probes(run, model, probes, probe_batch, probe_loss)
        with_system(run, system)
        return run
    except Exception as error:
        warn(f"{label} is not recorded: {error}; training goes on without it")
        return WatchedRun(Recording(folder, None), label)


def _watched(
    model: Models, optimizers: Sequence[Any], name: str, config: Any, seed: Optional[int], ratios: Ratios,
    folder: Any, before: Resumed, rank: int, world: int, steps: Optional[int],
) -> WatchedRun:  # fmt: skip
    parameters = parameters_of(model, optimizers)
    in_optimizers = {id(tensor) for one in optimizers for tensor in optimized(one)}
    trained = [
        one for one in parameters if id(one.tensor) in in_optimizers and is_trained(one.tensor)
    ]
    listed = {one.name for one in trained}
    ratios, notes = _affordable(ratios, trained)
    head: Dict[str, Any] = {
        "name": name,
        "config": settings(config),
        "seed": seed_value(seed),
        "framework": "pytorch",
        "steps": count_of("steps", steps),
        "start": before.start,
        "resumes": before.id,
        "parameters": [one.head(one.name in listed) for one in parameters if not is_lazy(one.tensor)],
        "ratios": ratios.kind,
        "every": ratios.every,
        "rank": rank,
        "world": world,
        "provenance": {**provenance(), **_versions(trained), "optimizer": _names(optimizers)},
    }
    run = WatchedRun(Recording(folder, head), name, before.id, start=before.start)
    if any(is_lazy(one.tensor) for one in parameters):
        notes = [*notes, "ratios of lazy modules are metrics; to have them as parameters, call the model once before"]
    for note in notes + before.notes:
        warn(note)
        run.event("note", note)
    run.follow(optimizers, parameters, trained, ratios)
    return run


def _affordable(ratios: Ratios, trained: Sequence[Parameter]) -> Tuple[Ratios, List[str]]:
    """Decides how ratios are recorded, and says where that is not as asked."""
    if ratios.kind is not None and is_sharded([one.tensor for one in trained]):
        return Ratios(None, 1, 1), [
            "parameters are sharded (FSDP, DTensor, ZeRO): loss and rates are recorded, ratios are not"
        ]
    numbers = sum(one.tensor.numel() for one in trained)
    if ratios.kind is not None and not ratios.turns and numbers > LARGE:
        return ratios._replace(turns=LARGE_TURNS), [
            f"{numbers:,} numbers: each step records the ratios of one tensor in {LARGE_TURNS}, in turn (sample=1: of all)"
        ]
    return ratios._replace(turns=ratios.turns or 1), []


def _listed(optimizer: Any) -> List[Any]:
    found = list(optimizer.values()) if isinstance(optimizer, dict) else optimizer
    is_one = hasattr(found, "step") or not hasattr(found, "__iter__") or isinstance(found, str)
    listed = [found] if is_one else list(found)
    for one in listed:
        if not hasattr(one, "param_groups") or not hasattr(one, "step"):
            raise TypeError(f"{type(one).__name__} is no optimizer: it has no param_groups, or no step")
    return [_innermost(one) for one in listed]


def _innermost(optimizer: Any) -> Any:
    """Returns the optimizer within one that only passes steps on, as accelerate's does."""
    inner = getattr(optimizer, "optimizer", None)
    if inner is not None and hasattr(inner, "param_groups") and "_optimizer_step_pre_hooks" not in vars(optimizer):
        return _innermost(inner)
    return optimizer


def _rank() -> Tuple[int, int]:
    distributed = torch.distributed
    if distributed.is_available() and distributed.is_initialized():
        return distributed.get_rank(), distributed.get_world_size()
    try:
        return int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
    except ValueError:
        return 0, 1


def _versions(trained: Sequence[Parameter]) -> Dict[str, Any]:
    devices = sorted({str(one.tensor.device) for one in trained})
    found: Dict[str, Any] = {"torch": str(torch.__version__), "device": ", ".join(devices)}
    if any(device.startswith("cuda") for device in devices):
        found["cuda"] = torch.version.cuda
        found["gpu"] = torch.cuda.get_device_name()
    return found


def _names(optimizers: Sequence[Any]) -> str:
    return ", ".join(type(one).__name__ for one in optimizers)
