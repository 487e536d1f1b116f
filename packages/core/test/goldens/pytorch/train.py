"""Trains runs in PyTorch, by nothing but their specs: what ablate is compared with.

    python3 train.py < JOBS > RESULTS

A line of JOBS is one run as JSON: `spec` (a RunSpec of packages/core/src/spec.ts), `names` (a file with a name a line),
and if wanted `float64` (true: trains in double precision, from the same draws) and `nudge` (a seed: every initial value
is moved by its last bit, up, down or not at all; what is chaotic then goes another way). A line of RESULTS is its run:
`loss`, `lr`, `gradient_norm`, `clip_factor` by step, `decided` (false: Lion takes the sign of a number that rounding may
turn), `ratios` by step and parameter, and after the last step `tensors`, `state` of the optimiser, and `evaluations`. A number that is not finite is null. PyTorch 1.13 without MKL, as Debian has
it, draws the masks of dropout that ablate draws.
"""
import json
import math
import sys

import torch
import torch.nn.functional as F

from data import Data, batches
from initialise import initialise, scheme_of, skip
from network import Network, Pass
from optimise import clip, group_of, group_rate, is_decided, optimiser_of, rate_at

DROPOUT = 0x64726F70
# Of what rounding in float32 makes of an update, in units of the update, a thousand times.
ALIKE = 1e-4


class Run:
    def __init__(self, spec, names, float64=False, nudge=None):
        self.spec, self.train = spec, spec["train"]
        self.dtype = torch.float64 if float64 else torch.float32
        self.data = Data(names, spec["model"]["context"], int(spec["shuffleSeed"]))
        seed = int(spec["seed"])
        self.generator = torch.Generator().manual_seed(seed)
        self.masks = torch.Generator().manual_seed((seed + DROPOUT) % 2**32)
        self.network = Network(spec["model"], len(self.data.vocabulary))
        skip(spec["init"].get("skip") or 0, self.generator)
        noise = None if nudge is None else torch.Generator().manual_seed(nudge)
        for p in self.network.parameters:
            value = initialise(scheme_of(p, spec["init"]), p.shape, self.generator)
            value = value if noise is None else nudged(value, noise)
            p.value = value.to(self.dtype).requires_grad_()
        for _, norm in self.network.norms:
            norm.running = tuple(one.to(self.dtype) for one in norm.running)
        self.parameters = self.network.parameters
        self.values = [p.value for p in self.parameters]
        self.optimiser = optimiser_of(self.train, self.parameters, self.values)
        # The same optimiser in double precision shows what is subtracted, before a subtraction rounds it.
        self.shadows = [v.detach().clone().double().requires_grad_() for v in self.values]
        self.shadow = optimiser_of(self.train, self.parameters, self.shadows)

    def loss(self, batch):
        how = Pass(training=True, masks=self.masks)
        logits = self.network(self.data.contexts["train"][batch], how)
        smoothing = self.train.get("labelSmoothing") or 0.0
        loss = F.cross_entropy(
            logits, self.data.targets["train"][batch], label_smoothing=smoothing
        )
        for p in self.parameters:
            l2 = self.train["l2"]
            weight = l2.get(p.name, 0) if isinstance(l2, dict) else l2
            if weight != 0:
                loss = loss + weight * (p.value**2).mean()
        return loss

    def step(self, number, batch):
        """One update; returns what is recorded of it."""
        loss = self.loss(batch)
        self.optimiser.zero_grad(set_to_none=False)
        loss.backward()
        norm, factor = clip(self.train.get("clip"), self.values)
        decided = all(is_decided(self.optimiser, value) for value in self.values)
        rates = [self.rate_of(p, number) for p in self.parameters]
        updates = self.updates(rates)
        set_rates(self.optimiser, rates)
        self.optimiser.step()
        ratios = [ratio_of(u, v.detach().double()) for u, v in zip(updates, self.values)]
        return {
            "loss": float(loss),
            "lr": rate_at(self.train["lr"], number),
            "gradient_norm": float(norm),
            "clip_factor": factor,
            "decided": decided,
            "ratios": ratios,
        }

    def rate_of(self, parameter, number):
        group = group_of(parameter, self.train.get("groups") or [])
        return group_rate(group, self.train["lr"], number)

    def updates(self, rates):
        """What the optimiser is about to subtract from each parameter."""
        for shadow, value in zip(self.shadows, self.values):
            shadow.data.copy_(value.detach())
            shadow.grad = value.grad.clone().double()
        set_rates(self.shadow, rates)
        self.shadow.step()
        pairs = zip(self.values, self.shadows)
        return [value.detach().double() - shadow.detach() for value, shadow in pairs]

    def evaluations(self):
        """Loss of each split under each kind of statistics."""
        kinds = ["batch", "trainset", "running"] if self.network.norms else ["none"]
        return [
            {"split": split, "statistics": kind, "loss": self.evaluation(split, kind)}
            for kind in kinds
            for split in ("train", "valid", "test")
        ]

    @torch.no_grad()
    def evaluation(self, split, kind):
        statistics = {"trainset": "kept", "running": "running"}.get(kind, "batch")
        if kind == "trainset":
            self.network(self.data.contexts["train"], Pass(training=False))
        logits = self.network(self.data.contexts[split], Pass(training=False, statistics=statistics))
        return float(F.cross_entropy(logits, self.data.targets[split]))

    def tensors(self):
        named = {p.name: p.value.detach() for p in self.parameters}
        for name, norm in self.network.norms:
            spread = "std" if norm.spec["running"] == "std" else "var"
            named[f"{name}.running_mean"], named[f"{name}.running_{spread}"] = norm.running
        return named

    def state(self):
        """What the optimiser keeps, by the names of the parameters and of PyTorch."""
        return {
            f"{p.name}.{name}": tensor
            for p in self.parameters
            for name, tensor in self.optimiser.state[p.value].items()
            if torch.is_tensor(tensor) and name != "step"
        }


def ratio_of(update, value):
    """The update:data ratio; null where an update changes all values alike, so that only rounding gives it a std."""
    std = update.std()
    return float(std / value.std()) if std > ALIKE * update.square().mean().sqrt() else math.nan


def set_rates(optimiser, rates):
    for group, rate in zip(optimiser.param_groups, rates):
        group["lr"] = rate


def nudged(value, noise):
    direction = torch.randint(-1, 2, value.shape, generator=noise) * math.inf
    return torch.where(direction.isnan(), value, torch.nextafter(value, direction))


def trained(job):
    torch.set_num_threads(1)
    run = Run(job["spec"], job["names"], job.get("float64", False), job.get("nudge"))
    steps = []
    drawn = batches(run.train, run.data, run.generator)
    for number in range(run.train["steps"]):
        steps.append(run.step(number, next(drawn)))
        if not math.isfinite(steps[-1]["loss"]):
            break
    series = {key: [one[key] for one in steps] for key in steps[0]}
    listed = lambda named: {name: tensor.flatten().tolist() for name, tensor in named.items()}
    return {
        "parameters": [p.name for p in run.parameters],
        **series,
        "tensors": listed(run.tensors()),
        "state": listed(run.state()),
        "evaluations": run.evaluations(),
    }


def finite(value):
    if isinstance(value, dict):
        return {key: finite(one) for key, one in value.items()}
    if isinstance(value, list):
        return [finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(finite(trained(json.loads(line))), separators=(",", ":")), flush=True)
