"""Makes the goldens of many updates: `python3 long_updates.py > ../long-updates.json`. See ../README.md."""
import json
import sys

import torch

from optimise import Lion

SIZE, STEPS, SHOWN = 19, 240, (1, 2, 60, 240)

SGD, RMSPROP, ADAGRAD = torch.optim.SGD, torch.optim.RMSprop, torch.optim.Adagrad
CASES = [
    (SGD, {}),
    (SGD, {"weight_decay": 0.1}),
    (SGD, {"momentum": 0.9}),
    (SGD, {"momentum": 0.9, "dampening": 0.3}),
    (SGD, {"momentum": 0.5, "nesterov": True}),
    (SGD, {"momentum": 0.9, "nesterov": True, "weight_decay": 0.05}),
    (torch.optim.Adam, {}),
    (torch.optim.Adam, {"betas": [0.5, 0.9], "eps": 1e-2}),
    (torch.optim.Adam, {"weight_decay": 0.1}),
    (torch.optim.AdamW, {}),
    (torch.optim.AdamW, {"betas": [0, 0.99], "weight_decay": 0.5}),
    (RMSPROP, {}),
    (RMSPROP, {"alpha": 0.5, "eps": 0.1, "weight_decay": 0.1}),
    (RMSPROP, {"momentum": 0.9}),
    (RMSPROP, {"centered": True}),
    (RMSPROP, {"alpha": 0.9, "momentum": 0.5, "centered": True, "weight_decay": 0.1}),
    (ADAGRAD, {}),
    (ADAGRAD, {"lr_decay": 0.01}),
    (ADAGRAD, {"weight_decay": 0.1, "initial_accumulator_value": 0.5}),
    (ADAGRAD, {"lr_decay": 0.1, "weight_decay": 0.1, "initial_accumulator_value": 2, "eps": 0.01}),
    (Lion, {"betas": [0.9, 0.99], "weight_decay": 0}),
    (Lion, {"betas": [0.95, 0.98], "weight_decay": 0.2}),
]


def numbers():
    """Multiples of 2^-22 in [-2, 2), by a linear congruential generator."""
    state = 1
    while True:
        state = (1664525 * state + 1013904223) % 2**32
        yield (state >> 8) / 2**22 - 2


def rate(step):
    """Another one at each step, and 0 at every fiftieth."""
    return 0 if step % 50 == 49 else (1 + step % 7) / 512


def updates(make, options):
    drawn = numbers()
    draw = lambda: torch.tensor([next(drawn) for _ in range(SIZE)], dtype=torch.float64)
    p = draw().requires_grad_()
    if make is Lion:
        optimiser = Lion([{"params": [p], "lr": 0.0, "weight_decay": options["weight_decay"]}], options["betas"])
    else:
        optimiser = make([p], lr=0.0, foreach=False, **options)
    after = {}
    for step in range(STEPS):
        optimiser.param_groups[0]["lr"] = rate(step)
        p.grad = draw()
        optimiser.step()
        if step + 1 in SHOWN:
            after[step + 1] = rounded(p.detach())
    state = {k: rounded(v) for k, v in optimiser.state[p].items() if torch.is_tensor(v) and k != "step"}
    return {"name": make.__name__.lower(), "options": options, "after": after, "state": state}


def rounded(values):
    return [float(f"{value:.8g}") for value in values.tolist()]


json.dump([updates(*case) for case in CASES], sys.stdout, separators=(",", ":"))
