"""Makes the goldens of single parts: `python3 parts.py > ../parts.json`. See ../README.md."""
import json
import sys

import torch
import torch.nn.functional as F

from network import ACTIVATIONS, BatchNorm, Parameter, Pass, RowNorm
from optimise import Lion

SEED = 1337


def normal(*shape, seed=SEED):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def activations():
    """Values and slopes, in double precision."""
    line = torch.linspace(-6, 6, 25)
    extremes = torch.tensor([-100.0, -21, -20, -12, -1e-3, -1e-7, 1e-7, 1e-3, 12, 19.99, 20, 21, 100])
    given = torch.cat([line, extremes])
    made = {}
    for name, function in ACTIVATIONS.items():
        x = given.double().requires_grad_()
        y = function(x)
        y.sum().backward()
        made[name] = {"y": y, "slope": x.grad}
    x = given.double().requires_grad_()
    y = F.leaky_relu(x, 0.2)
    y.sum().backward()
    return {"x": given, **made, "leaky_relu 0.2": {"y": y, "slope": x.grad}}


def norms():
    """Each norm over rows of 7 units, with the gradients that an upstream gradient leaves, in double precision."""
    batch = {"norm": "batch", "momentum": 0.1}
    specs = {
        "layer": {"norm": "layer", "epsilon": 1e-5},
        "layer 0.1": {"norm": "layer", "epsilon": 0.1},
        "rms": {"norm": "rms", "epsilon": 1e-5},
        "rms 0.1": {"norm": "rms", "epsilon": 0.1},
        "batch variance": {**batch, "epsilon": 1e-5, "running": "variance"},
        "batch std": {**batch, "epsilon": 0.01, "running": "std"},
    }
    inputs, gain, shift, upstream = 2 * normal(6, 7) + 1, 1 + normal(7), normal(7, seed=1), normal(6, 7, seed=2)
    made = {}
    for name, spec in specs.items():
        x, g, s = (one.double().requires_grad_() for one in (inputs, gain, shift))
        parameters = [Parameter("", "", role, (7,), value) for role, value in (("gain", g), ("shift", s))]
        isBatch = spec["norm"] == "batch"
        norm = (BatchNorm if isBatch else RowNorm)(spec, *parameters)
        if isBatch:
            norm.running = tuple(one.double() for one in norm.running)
        y = norm(x, Pass(training=True))
        (y * upstream.double()).sum().backward()
        made[name] = {"y": y, "x.grad": x.grad, "gain.grad": g.grad}
        if s.grad is not None:
            made[name]["shift.grad"] = s.grad
        if isBatch:
            made[name]["running"] = norm.running
    given = {"x": inputs, "gain": gain, "shift": shift, "upstream": upstream}
    return {"given": given, "specs": specs, **made}


def smoothing():
    logits, targets = 3 * normal(5, 7), torch.tensor([0, 3, 6, 3, 1])
    made = []
    for share in (0, 0.1, 0.3, 1):
        x = logits.double().requires_grad_()
        loss = F.cross_entropy(x, targets, label_smoothing=share)
        loss.backward()
        made.append({"smoothing": share, "loss": loss, "logits.grad": x.grad})
    return {"logits": logits, "targets": targets, "of": made}


def dropout():
    """Masks that one generator draws one after the other: kept values as the digit 1, row by row."""
    generator = torch.Generator().manual_seed(SEED)
    made = []
    for rate, shape in [
        (0.1, (1, 1)),
        (0.1, (3, 5)),
        (0.5, (4, 16)),
        (0.9, (2, 17)),
        (1 / 3, (32, 10)),
        (0.2, (7, 100)),
    ]:
        mask = torch.empty(shape).bernoulli_(1 - rate, generator=generator)
        kept = "".join(str(int(value)) for value in mask.flatten())
        made.append({"rate": rate, "shape": shape, "kept": kept})
    return {"seed": SEED, "masks": made, "next": torch.rand(2, generator=generator)}


def permutations():
    """Permutations that one generator draws one after the other. `sum`: of i * p[i], modulo 2^31 - 1."""
    generator = torch.Generator().manual_seed(SEED)
    made = []
    for count in (1, 2, 15, 16, 17, 1000, 30000, 70000):
        order = torch.randperm(count, generator=generator)
        total = sum(i * int(p) for i, p in enumerate(order)) % (2**31 - 1)
        made.append({"count": count, "first": order[:20], "last": order[-3:], "sum": total})
    return {"seed": SEED, "of": made, "next": torch.rand(2, generator=generator)}


def gains():
    names = ("linear", "tanh", "relu", "leaky_relu", "sigmoid", "selu")
    return {name: torch.nn.init.calculate_gain(name) for name in names}


OPTIMISERS = {
    "sgd": (torch.optim.SGD, {}),
    "sgd weight_decay": (torch.optim.SGD, {"weight_decay": 0.1}),
    "sgd momentum": (torch.optim.SGD, {"momentum": 0.9}),
    "sgd dampening": (torch.optim.SGD, {"momentum": 0.9, "dampening": 0.5, "weight_decay": 0.1}),
    "sgd nesterov": (torch.optim.SGD, {"momentum": 0.8, "nesterov": True, "weight_decay": 0.1}),
    "adam": (torch.optim.Adam, {}),
    "adam weight_decay": (torch.optim.Adam, {"betas": (0.8, 0.95), "eps": 1e-3, "weight_decay": 0.1}),
    "adamw": (torch.optim.AdamW, {}),
    "adamw betas": (torch.optim.AdamW, {"betas": (0.5, 0.9), "eps": 1e-2, "weight_decay": 0.3}),
    "rmsprop": (torch.optim.RMSprop, {}),
    "rmsprop momentum": (torch.optim.RMSprop, {"alpha": 0.9, "momentum": 0.5, "weight_decay": 0.1}),
    "rmsprop centered": (torch.optim.RMSprop, {"alpha": 0.9, "centered": True, "eps": 1e-3}),
    "rmsprop all": (torch.optim.RMSprop, {"centered": True, "momentum": 0.5, "weight_decay": 0.1}),
    "adagrad": (torch.optim.Adagrad, {}),
    "adagrad all": (
        torch.optim.Adagrad,
        {"lr_decay": 0.1, "weight_decay": 0.1, "initial_accumulator_value": 0.5, "eps": 1e-3},
    ),
    "lion": (Lion, {"betas": (0.9, 0.99), "weight_decay": 0}),
    "lion weight_decay": (Lion, {"betas": (0.8, 0.9), "weight_decay": 0.1}),
}


def optimisers():
    """Five updates of 11 values by given gradients, the rate another one each time, in double precision."""
    start, gradients = normal(11), [normal(11, seed=i) * 10.0 ** (i - 3) for i in range(5)]
    gradients[0][0] *= 1e-6  # the sign of a small number counts, too
    rates = [0.1, 0.05, 0.2, 0.01, 0.1]
    made = {}
    for name, (make, options) in OPTIMISERS.items():
        p = start.double().requires_grad_()
        group = {"params": [p], "lr": 0.0}
        if make is Lion:
            optimiser = Lion([{**group, "weight_decay": options["weight_decay"]}], options["betas"])
        else:
            optimiser = make([group], lr=0.0, foreach=False, **options)
        after = []
        for gradient, rate in zip(gradients, rates):
            optimiser.param_groups[0]["lr"] = rate
            p.grad = gradient.double()
            optimiser.step()
            after.append(p.detach().clone())
        state = {k: v for k, v in optimiser.state[p].items() if torch.is_tensor(v) and k != "step"}
        made[name] = {"options": options, "after": after, "state": state}
    return {"start": start, "gradients": gradients, "rates": rates, "of": made}


def warmed(optimiser, warmup, factor, steps):
    """A linear warm-up, then a cosine."""
    torch_optim = torch.optim.lr_scheduler
    parts = [
        torch_optim.LinearLR(optimiser, start_factor=factor, total_iters=warmup),
        torch_optim.CosineAnnealingLR(optimiser, T_max=steps - warmup),
    ]
    return torch_optim.SequentialLR(optimiser, parts, milestones=[warmup])


def schedules():
    """Rates of PyTorch's schedulers, and the curve of a config that says the same."""
    torch_optim = torch.optim.lr_scheduler
    curve = {"rate": 0.1, "warmup": 0, "from": 0, "then": "constant", "steps": 20, "to": 0}
    cases = [
        ({**curve, "then": "cosine", "to": 0.01}, torch_optim.CosineAnnealingLR, {"T_max": 20, "eta_min": 0.01}),
        ({**curve, "then": "linear", "to": 0.02}, torch_optim.LinearLR, {"start_factor": 1.0, "end_factor": 0.2, "total_iters": 20}),
        ({**curve, "warmup": 8, "from": 0.02}, torch_optim.LinearLR, {"start_factor": 0.2, "total_iters": 8}),
        ({**curve, "then": "exponential", "to": 0.1 * 0.9**20}, torch_optim.ExponentialLR, {"gamma": 0.9}),
        (
            {**curve, "then": "one_cycle", "warmup": 5, "from": 0.1 / 25, "to": 0.1 / 25e4},
            torch_optim.OneCycleLR,
            {"max_lr": 0.1, "total_steps": 21, "pct_start": 6 / 21},
        ),
        ({**curve, "warmup": 5, "from": 0.01, "then": "cosine"}, warmed, {"warmup": 5, "factor": 0.1, "steps": 20}),
    ]
    made = []
    for spec, make, options in cases:
        optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
        scheduler = make(optimiser, **options)
        rates = []
        for _ in range(21):
            rates.append(optimiser.param_groups[0]["lr"])
            if len(rates) < 21:
                optimiser.step()
                scheduler.step()
        made.append({"schedule": spec, "scheduler": make.__name__, "rates": rates})
    return made


def clipping():
    made = []
    for most in (0.5, 1e6):
        gradients = [normal(3, 4, seed=1), normal(5, seed=2)]
        values = [torch.zeros(g.shape, requires_grad=True) for g in gradients]
        for value, gradient in zip(values, gradients):
            value.grad = gradient.clone()
        norm = torch.nn.utils.clip_grad_norm_(values, most)
        made.append({"by": "norm", "most": most, "norm": norm, "after": [v.grad.clone() for v in values]})
        torch.nn.utils.clip_grad_value_(values, most / 5)
        made.append({"by": "value", "most": most / 5, "after": [v.grad.clone() for v in values]})
    return {"gradients": gradients, "of": made}


def plain(value):
    """As JSON takes it; numbers to 10 digits, float32 exactly."""
    if torch.is_tensor(value):
        return plain(value.tolist())
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return float(f"{value:.10g}") if isinstance(value, float) else value


PARTS = [activations, norms, smoothing, dropout, permutations, gains, optimisers, schedules, clipping]
json.dump({part.__name__: plain(part()) for part in PARTS}, sys.stdout, separators=(",", ":"))
