"""Optimisers, groups, schedules: what turns gradients into updates."""
import math
import re

import torch

# Of the size of a gradient's values: what sums of float32 in another order may differ by.
ROUNDING = 2**-22
PLAIN = {"name": "sgd", "momentum": 0, "dampening": 0, "nesterov": False, "weightDecay": 0}


class Lion(torch.optim.Optimizer):
    """Algorithm 2 of Chen et al. (2023), arXiv:2302.06675."""

    def __init__(self, groups, betas):
        super().__init__(groups, {"betas": betas})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            first, second = group["betas"]
            for p in group["params"]:
                m = self.state[p].setdefault("exp_avg", torch.zeros_like(p))
                update = (first * m + (1 - first) * p.grad).sign()
                p.mul_(1 - group["lr"] * group["weight_decay"]).sub_(group["lr"] * update)
                m.mul_(second).add_(p.grad, alpha=1 - second)


def is_decided(optimiser, value):
    """Whether rounding can turn the sign of no number that the next update takes the sign of."""
    if not isinstance(optimiser, Lion):
        return True
    (group,) = [one for one in optimiser.param_groups if one["params"][0] is value]
    first, _ = group["betas"]
    kept = optimiser.state[value].get("exp_avg", torch.zeros_like(value))
    size = (first * kept + (1 - first) * value.grad).abs()
    rounding = ROUNDING * value.grad.square().mean().sqrt()
    return not bool(((size > 0) & (size < rounding)).any())


def optimiser_of(train, parameters, values):
    """A group for each parameter, whose rate is set before each step."""
    spec = train.get("optimizer") or PLAIN
    groups = train.get("groups") or []
    decays = [group_of(p, groups).get("weightDecay", spec["weightDecay"]) for p in parameters]
    lists = [{"params": [p], "lr": 0.0, "weight_decay": decay} for p, decay in zip(values, decays)]
    name = spec["name"]
    if name == "sgd":
        return torch.optim.SGD(
            lists,
            lr=0.0,
            momentum=spec["momentum"],
            dampening=spec["dampening"],
            nesterov=spec["nesterov"],
            foreach=False,
        )
    if name in ("adam", "adamw"):
        make = torch.optim.Adam if name == "adam" else torch.optim.AdamW
        return make(lists, betas=tuple(spec["betas"]), eps=spec["eps"], foreach=False)
    if name == "rmsprop":
        return torch.optim.RMSprop(
            lists,
            alpha=spec["alpha"],
            eps=spec["eps"],
            momentum=spec["momentum"],
            centered=spec["centered"],
            foreach=False,
        )
    if name == "adagrad":
        return torch.optim.Adagrad(
            lists,
            lr_decay=spec["lrDecay"],
            initial_accumulator_value=spec["initialAccumulatorValue"],
            eps=spec["eps"],
            foreach=False,
        )
    return Lion(lists, tuple(spec["betas"]))


def group_of(parameter, groups):
    return next((group for group in groups if matches(group["match"], parameter)), {})


def matches(match, parameter):
    if match.startswith("role:"):
        return match == f"role:{parameter.role}"
    pattern = ".*".join(re.escape(part) for part in match.split("*"))
    return re.fullmatch(pattern, parameter.name) is not None


def rate_at(schedule, step):
    if isinstance(schedule, list):
        return [entry["rate"] for entry in schedule if entry["step"] <= step][-1]
    rate, warmup, to = schedule["rate"], schedule["warmup"], schedule["to"]
    then = schedule["then"]
    if step < warmup:
        share = step / warmup
        if then == "one_cycle":
            share = (1 - math.cos(math.pi * share)) / 2
        return schedule["from"] + (rate - schedule["from"]) * share
    if then == "constant":
        return rate
    length = schedule["steps"] - warmup
    u = min(1, (step - warmup) / length) if length > 0 else 1
    if then == "linear":
        return rate + (to - rate) * u
    if then == "exponential":
        return rate * (to / rate) ** u
    return to + (rate - to) * (1 + math.cos(math.pi * u)) / 2


def largest_rate(schedule):
    if isinstance(schedule, list):
        return max(entry["rate"] for entry in schedule)
    rates = [schedule["rate"]]
    rates += [schedule["from"]] if schedule["warmup"] > 0 else []
    rates += [schedule["to"]] if schedule["then"] != "constant" else []
    return max(rates)


def group_rate(group, schedule, step):
    """The rate of a group's parameters; without one of its own it is the run's."""
    own = group.get("lr")
    if own is None:
        return rate_at(schedule, step)
    if isinstance(own, (int, float)):
        return own * rate_at(schedule, step) / largest_rate(schedule)
    return rate_at(own, step)


def clip(spec, values):
    """Clips gradients as torch.nn.utils does; returns their norm before it and what they were multiplied by."""
    norm = torch.norm(torch.stack([torch.norm(p.grad) for p in values]))
    if spec is None:
        return norm, None
    if spec["by"] == "value":
        torch.nn.utils.clip_grad_value_(values, spec["most"])
        return norm, None
    torch.nn.utils.clip_grad_norm_(values, spec["most"])
    return norm, min(1.0, spec["most"] / (float(norm) + 1e-6))
