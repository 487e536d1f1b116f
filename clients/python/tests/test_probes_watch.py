"""Probes of a training that `watch` records."""

from __future__ import annotations

import warnings
from typing import Any, Dict, List

import torch
import torch.nn.functional as F
from probe_nets import Gpt, Mlp, letters
from run_file import read_run

import ablate_lab


def probes_of(path: Any) -> List[Dict[str, Any]]:
    return [head for head, _ in read_run(path).frames if head["type"] == "probe"]


def train(run: ablate_lab.Run, model: Any, optimizer: Any, steps: int) -> None:
    x, y = letters(16)
    for _ in range(steps):
        loss = F.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        run.loss(loss)  # type: ignore[attr-defined]
        optimizer.step()
    run.finish()


def test_a_batch_alone_is_enough(tmp_path: Any) -> None:
    model = Mlp()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    run = ablate_lab.watch(model, optimizer, folder=tmp_path, probes=letters(), probe_loss=F.cross_entropy)
    train(run, model, optimizer, 7)
    probes = probes_of(run.path)
    assert [one["step"] for one in probes] == [0, 1, 2, 5, 7]
    listed = {one["layer"]: one["kind"] for one in read_run(run.path).head["parameters"]}
    assert all(listed[layer["name"]] == layer["kind"] for layer in probes[0]["layers"])
    assert probes[0]["layers"][1]["tensors"]["weight_gradient"]["std"] > 0
    types = [head["type"] for head, _ in read_run(run.path).frames]
    assert types[1] == "probe" and types[-2:] == ["probe", "end"]


def test_a_schedule_alone_takes_the_first_batch_of_training(tmp_path: Any) -> None:
    model = Gpt()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    idx = torch.randint(11, (40, 6))
    with ablate_lab.watch(model, optimizer, folder=tmp_path, probes=2) as run:
        for _ in range(4):
            _, loss = model(idx, targets=idx)
            loss.backward()
            optimizer.step()
    probes = probes_of(run.path)
    assert [(one["step"], one["examples"]) for one in probes] == [(0, 32), (2, 32), (4, 32)]
    assert "activation_gradient" in probes[0]["layers"][2]["tensors"]  # the model computes its loss itself


def test_two_models_have_layers_under_their_own_names(tmp_path: Any) -> None:
    models = {"first": Mlp(), "second": Mlp()}
    optimizer = torch.optim.SGD([one for model in models.values() for one in model.parameters()], lr=0.1)
    with ablate_lab.watch(models, optimizer, folder=tmp_path, probes=letters()) as run:
        optimizer.step()
    names = [layer["name"] for layer in probes_of(run.path)[0]["layers"]]
    assert names[0] == "first.embedding"


def test_what_cannot_be_probed_is_said_and_the_rest_recorded(tmp_path: Any) -> None:
    for arguments, said in [
        ({"probes": 0}, "no probes: probes: every 0 steps"),
        ({"probes": "1-2-5"}, "no probes: the model was not called in training"),
    ]:
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            model = Mlp()
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            with ablate_lab.watch(model, optimizer, folder=tmp_path, **arguments) as run:  # type: ignore[arg-type]
                optimizer.step()
        assert [str(one.message)[: len(said)] for one in told] == [said]
        assert read_run(run.path).end["state"] == "finished"
