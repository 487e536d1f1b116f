"""When a network is probed."""

from __future__ import annotations

from typing import Any, Callable

#: 0, and 1, 2 and 5 of every power of ten: what decides a run happens early.
USUAL = "1-2-5"

Schedule = Callable[[int], bool]


def is_schedule(value: Any) -> bool:
    """Says whether a value names steps; anything else that `probes` may be is a batch."""
    if value == USUAL or callable(value) or isinstance(value, (bool, int, range, set, frozenset)):
        return True
    return isinstance(value, (list, tuple)) and all(type(one) is int for one in value)


def schedule_of(value: Any) -> Schedule:
    """Makes a schedule: of `"1-2-5"`, a number (every so many steps), the steps themselves, or a function of a step.

    Raises ValueError for a number below 1.
    """
    if value is True or value is None or value == USUAL:
        return _one_two_five
    if isinstance(value, int):
        if value < 1:
            raise ValueError(f"probes: every {value} steps; a number from 1 on is needed")
        return lambda step: step % value == 0
    if callable(value):
        return lambda step: bool(value(step))
    steps = frozenset(value)
    return lambda step: step in steps


def ends_with_probe(value: Any) -> bool:
    """Says whether a schedule has the last step as well: one that does not choose its steps itself has."""
    return value is True or value is None or value == USUAL or isinstance(value, int)


def _one_two_five(step: int) -> bool:
    while step >= 10 and step % 10 == 0:
        step //= 10
    return step in (0, 1, 2, 5)
