"""What a recording says about its run: settings as JSON, and where it was trained."""

from __future__ import annotations

import dataclasses
import math
import os
import platform
import re
import socket
import sys
from pathlib import Path
from typing import Any, Dict, Mapping, Optional, Union

from .faults import warn

#: Settings that lie deeper are told as text: no reader shows them otherwise.
_DEEPEST = 8


def settings(config: Any) -> Dict[str, Any]:
    """Returns settings as a JSON object: of a mapping, a dataclass, or an object such as argparse's Namespace."""
    if config is None:
        return {}
    made = json_value(config)
    if isinstance(made, dict):
        return made
    try:
        return {_text(key): json_value(value) for key, value in vars(config).items()}
    except TypeError:
        return {"config": made}


def json_value(value: Any, depth: int = 0) -> Any:
    """Returns a value as JSON has it; what JSON lacks becomes text, what cannot be read its type."""
    try:
        return _json_value(value, depth)
    except Exception:  # of a class of others: settings are no reason to record nothing
        return f"<{type(value).__name__}>"


def _json_value(value: Any, depth: int) -> Any:
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return int(value) if -(2**53) <= value <= 2**53 else str(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else str(value)
    if depth < _DEEPEST:
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            names = [field.name for field in dataclasses.fields(value)]
            return {name: json_value(getattr(value, name, None), depth + 1) for name in names}
        if isinstance(value, Mapping):
            return {_text(key): json_value(item, depth + 1) for key, item in value.items()}
        if isinstance(value, (set, frozenset)):
            return [json_value(item, depth + 1) for item in sorted(value, key=_text)]
        if isinstance(value, (list, tuple)):
            return [json_value(item, depth + 1) for item in value]
        if hasattr(value, "tolist") and getattr(value, "shape", None) == ():  # a number of NumPy or PyTorch
            return json_value(value.tolist(), depth + 1)
    return value.__name__ if isinstance(value, type) else _text(value)


def _text(value: Any) -> str:
    """Returns a text that is the same in every process: without addresses, so that seeds are of one setting."""
    return re.sub(r" at 0x[0-9a-fA-F]+", "", str(value))


def run_name(name: Any) -> str:
    """Returns the name of a run: what a script says, or its own."""
    if name is None:
        return script_name()
    return (name.decode(errors="replace") if isinstance(name, bytes) else str(name)) or script_name()


def seed_value(seed: Optional[int]) -> Union[int, str, None]:
    """Returns a seed as frames have it: a text of digits beyond 2^53."""
    try:
        return None if seed is None else json_value(int(seed))
    except (TypeError, ValueError, OverflowError, RuntimeError):
        warn(f"seed is not recorded: {seed!r} is no whole number")
        return None


def whole(value: Any) -> Optional[int]:
    """Returns a whole number; None of anything else."""
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError, RuntimeError):
        return None


def count_of(what: str, value: Any) -> Optional[int]:
    """Returns a whole number from 0 on; None, with a warning, of anything else that is given."""
    count = whole(value)
    if count is not None and count >= 0:
        return count
    if value is not None:
        warn(f"{what} is not recorded: {value!r} is no whole number from 0 on")
    return None


def provenance() -> Dict[str, Any]:
    """Returns what trained here: versions, system, git commit, command line; flat."""
    return {
        "python": platform.python_version(),
        "os": platform.system().lower(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "command": " ".join(sys.argv)[:2000],
        "git_commit": git_commit(Path.cwd()),
    }


def host() -> str:
    """Returns the name of this machine."""
    return socket.gethostname()


def script_name() -> str:
    """Returns the name of the script that runs; that of a notebook or a prompt is `training`."""
    stem = Path(sys.argv[0]).stem if sys.argv and sys.argv[0] else ""
    return stem if stem and stem not in ("-c", "ipykernel_launcher", "__main__") else "training"


def git_commit(folder: Path) -> Optional[str]:
    """Reads the commit that is checked out at a folder or above it, without running git."""
    for parent in (folder, *folder.parents):
        git = parent / ".git"
        try:
            if git.is_file():  # a worktree: "gitdir: PATH"
                git = parent / git.read_text().partition(":")[2].strip()
            if git.is_dir():
                return _head_commit(git)
        except (OSError, ValueError):
            return None
    return None


def _head_commit(git: Path) -> Optional[str]:
    head = (git / "HEAD").read_text().strip()
    if not head.startswith("ref:"):
        return head
    ref = head.partition(":")[2].strip()
    common = git / "commondir"
    shared = git / common.read_text().strip() if common.is_file() else git
    if (shared / ref).is_file():
        return (shared / ref).read_text().strip()
    for line in (shared / "packed-refs").read_text().splitlines():
        commit, _, name = line.partition(" ")
        if name == ref:
            return commit
    return None
