"""What a recording says about its run: settings as JSON, and where it was trained."""

from __future__ import annotations

import dataclasses
import math
import os
import platform
import socket
import sys
from pathlib import Path
from typing import Any, Dict, Mapping, Optional, Union

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
        return {str(key): json_value(value) for key, value in vars(config).items()}
    except TypeError:
        return {"config": made}


def json_value(value: Any, depth: int = 0) -> Any:
    """Returns a value as JSON has it; what JSON lacks becomes text."""
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
            return {str(key): json_value(item, depth + 1) for key, item in value.items()}
        if isinstance(value, (list, tuple, set, frozenset)):
            return [json_value(item, depth + 1) for item in value]
        if hasattr(value, "tolist") and getattr(value, "size", 0) == 1:  # a number of NumPy
            return json_value(value.tolist(), depth + 1)
    return value.__name__ if isinstance(value, type) else str(value)


def seed_value(seed: Optional[int]) -> Union[int, str, None]:
    """Returns a seed as frames have it: a text of digits beyond 2^53."""
    return None if seed is None else json_value(int(seed))


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
