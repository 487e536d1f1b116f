"""Trains in two parts, the second from a checkpoint, and prints what was seen as JSON. usage: FOLDER"""

import copy
import json
import sys

import torch
from recorded import BruteForce, batch, loss_of, small_net

import ablate_lab


def train(folder, steps, resume=None, state=None, keep=None, end=True):
    """Makes steps; returns losses, ratios and a checkpoint at the step `keep`."""
    model = small_net()
    groups = [{"params": model[0].parameters(), "lr": 1e-2}, {"params": [*model[1].parameters(), *model[3].parameters()]}]
    optimizer = torch.optim.AdamW(groups, lr=1e-3)
    if state:
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
    config = {"lr": 1e-2, "width": 16}
    run = ablate_lab.watch(model, optimizer, name="small/adamw", config=config, seed=3, folder=folder, resume=resume)
    brute, losses, kept = BruteForce(model.parameters()), [], None
    for _ in range(steps):
        if run.step == keep:
            states = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
            kept = run.state_dict(), copy.deepcopy(states)
        loss = loss_of(model, batch())
        optimizer.zero_grad()
        loss.backward()
        run.loss(loss)
        with brute.step():
            optimizer.step()
        losses.append(loss.item())
        if run.step % 10 == 0:
            run.log({"valid/accuracy": run.step / 100})
    run.finish() if end else run.flush()
    return losses, [one.tolist() for one in brute.ratios], kept


if __name__ == "__main__":
    folder = sys.argv[1]
    losses, ratios, (resume, state) = train(folder, 40, keep=30, end=False)
    more, later, _ = train(folder, 25, resume=resume, state=state)
    names = [name for name, _ in small_net().named_parameters()]
    print(json.dumps({"names": names, "losses": losses[:30] + more, "ratios": ratios[:30] + later}))
