"""Going on with a run that an earlier process recorded."""

from __future__ import annotations

import os
from typing import Any, Dict, List, Mapping, NamedTuple, Optional

from .facts import count_of
from .frames import decode_frames


class Resumed(NamedTuple):
    """The run that goes on, from which step on."""

    id: Optional[str]
    start: int
    notes: List[str]


def resumed(resume: Any, start: Optional[int]) -> Resumed:
    """Finds out where a run goes on: from a state, a file, or an id."""
    start = count_of("start", start)
    if resume is None:
        return Resumed(None, start or 0, [])
    if isinstance(resume, Mapping):
        if "id" not in resume or "step" not in resume:
            return Resumed(None, start or 0, ["no run goes on: resume= has no id and step; a new one is recorded"])
        return Resumed(str(resume["id"]), int(resume["step"]) if start is None else start, [])
    if not isinstance(resume, (str, os.PathLike)):
        return Resumed(None, start or 0, [f"no run goes on: resume= is {resume!r}; a new one is recorded"])
    if isinstance(resume, os.PathLike) or os.path.exists(resume) or os.sep in resume:
        return _of_file(os.fspath(resume), start)
    return Resumed(str(resume), start or 0, [])


def _of_file(path: str, start: Optional[int]) -> Resumed:
    head: Dict[str, Any] = {}
    end = 0
    try:
        with open(path, "rb") as file:
            for frame, _ in decode_frames(file.read()):
                head = head or frame
                if frame["type"] == "steps":
                    end = frame["first"] + frame["count"]
    except (OSError, ValueError) as error:
        if not head:
            note = f"no run goes on from {path}: {error}; a new one is recorded"
            return Resumed(None, start or 0, [note])
    if not head:
        return Resumed(None, start or 0, [f"no run goes on from {path}: it is empty; a new one is recorded"])
    notes = [] if start is not None else [f"the run goes on at step {end}, where {path} ends (start=N: elsewhere)"]
    return Resumed(str(head.get("resumes") or head["id"]), end if start is None else start, notes)
