"""What a training takes of its machine: processor, memory, GPU. No tensor is touched, no GPU waited for."""

from __future__ import annotations

import os
import sys
import threading
import time
import weakref
from typing import Any, Callable, Dict, List, Optional

#: Seconds between two readings, unless `system=` says how many.
SECONDS = 5.0

_MIB = 1024 * 1024

#: Units of the metrics, by the end of their names.
_UNITS = {"cpu": "%", "gpu": "%", "memory": "MiB"}

Read = Callable[[], Dict[str, float]]


class SystemMeter:
    """Reads what this process takes. What a machine cannot tell is left out."""

    def __init__(self) -> None:
        self._processor = time.process_time()
        self._time = time.monotonic()
        self._gpus = _nvml()

    def read(self) -> Dict[str, float]:
        """Returns metrics by name; the processor since the last reading, 100 % for one core."""
        found: Dict[str, float] = {}
        processor, now = time.process_time(), time.monotonic()
        if now > self._time:
            found["system/cpu"] = 100 * (processor - self._processor) / (now - self._time)
        self._processor, self._time = processor, now
        for read in (_memory, _torch_memory, self._gpus):
            try:
                found.update(read())
            except Exception:
                continue  # a driver that is gone, a file that cannot be read
        return found


def unit_of(name: str) -> Optional[str]:
    """Returns the unit of a metric."""
    return _UNITS.get(name.rpartition("/")[2].rstrip("0123456789").rpartition("_")[2])


def follow_system(run: Any, seconds: float = SECONDS) -> None:
    """Records the system of a run from a thread, until the run ends or nobody has it any more."""
    thread = threading.Thread(
        target=_watch, args=(weakref.ref(run), run.recording, seconds), name="ablate-system", daemon=True
    )
    thread.start()


def _watch(reference: "weakref.ref[Any]", recording: Any, seconds: float) -> None:
    meter = SystemMeter()
    declared: List[str] = []
    while recording.wait(seconds):
        run = reference()
        if run is None:
            return
        numbers = meter.read()
        for name in numbers:
            if name not in declared:
                declared.append(name)
                run.declare(name, unit=unit_of(name))
        run.measure(numbers)
        del run


def _memory() -> Dict[str, float]:
    try:
        with open("/proc/self/statm", "rb") as file:
            pages = int(file.read().split()[1])
        return {"system/memory": pages * os.sysconf("SC_PAGE_SIZE") / _MIB}
    except OSError:
        return {"system/memory": _resident() / _MIB}


def _resident() -> float:
    """Returns the memory of this process where there is no /proc; without psutil, the most that it ever had."""
    try:
        import psutil

        return float(psutil.Process().memory_info().rss)
    except ImportError:
        import resource

        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return float(most if sys.platform == "darwin" else most * 1024)


def _torch_memory() -> Dict[str, float]:
    """Asks PyTorch's allocator, which keeps its own count; it is not imported for that, nor is CUDA started."""
    cuda: Any = getattr(sys.modules.get("torch"), "cuda", None)
    if cuda is None or not cuda.is_initialized():
        return {}
    return {f"system/gpu{at}_allocated_memory": cuda.memory_allocated(at) / _MIB for at in range(cuda.device_count())}


def _nvml() -> Read:
    """Returns what reads GPUs by NVIDIA's library, where `pynvml` is installed and finds one."""
    try:
        import pynvml

        pynvml.nvmlInit()
        devices = {at: pynvml.nvmlDeviceGetHandleByIndex(at) for at in _visible(pynvml.nvmlDeviceGetCount())}
    except Exception:
        return dict

    def read() -> Dict[str, float]:
        found: Dict[str, float] = {}
        for at, device in devices.items():
            found[f"system/gpu{at}"] = float(pynvml.nvmlDeviceGetUtilizationRates(device).gpu)
            found[f"system/gpu{at}_memory"] = pynvml.nvmlDeviceGetMemoryInfo(device).used / _MIB
        return found

    return read


def _visible(count: int) -> List[int]:
    """Returns the GPUs that this process may use, by NVIDIA's numbers."""
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    if named is None:
        return list(range(count))
    numbers = [int(one) for one in named.split(",") if one.strip().isdigit()]
    return [one for one in numbers if one < count]
