"""What a file of frames says. Without PyTorch."""

import math
from types import SimpleNamespace

from ablate_lab.frames import decode_frames


def read_run(path):
    """Reads a file of frames: head, losses, rates, ratios, metrics, events, end."""
    with open(path, "rb") as file:
        frames = list(decode_frames(file.read()))
    said = SimpleNamespace(head=frames[0][0], losses=[], rates=[], ratios=[], metrics={}, events=[], end=None)
    said.columns = sum(one["trained"] for one in said.head["parameters"])
    said.frames = frames
    for head, arrays in frames[1:]:
        if head["type"] == "steps":
            _steps(said, head, arrays)
        elif head["type"] == "metrics":
            for at, name in enumerate(head["series"]):
                said.metrics.setdefault(name, []).extend(zip(arrays[f"steps{at}"], arrays[f"numbers{at}"]))
        elif head["type"] == "event":
            said.events.append((head["kind"], head["message"]))
        elif head["type"] == "end":
            said.end = head
    return said


def _steps(said, head, arrays):
    assert head["first"] == said.head["start"] + len(said.losses), "steps have a gap"
    assert len(arrays["loss"]) == head["count"] == len(arrays["lr"])
    said.losses += arrays["loss"]
    said.rates += arrays["lr"]
    width = said.columns
    said.ratios += [arrays["ratios"][at * width : (at + 1) * width] for at in range(head["count"])]
    names = head.get("metrics", [])
    for row in range(head["count"]):
        for at, name in enumerate(names):
            number = arrays["metrics"][row * len(names) + at]
            if not math.isnan(number):
                said.metrics.setdefault(name, []).append((head["first"] + row, number))
