"""Probes of a training that `watch` records. Beside PyTorch 1.13 as well."""

from __future__ import annotations

import gc
import unittest
import warnings
import weakref
from typing import Any, Dict, List

import torch
import torch.nn.functional as F
from probe_nets import Gpt, Mlp, letters
from recorded import RecordedCase
from run_file import read_run


def probes_of(path: Any) -> List[Dict[str, Any]]:
    return [head for head, _ in read_run(path).frames if head["type"] == "probe"]


def train(model: Any, optimizer: Any, run: Any = None, steps: int = 7) -> Dict[str, Any]:
    """Trains with dropout and batch norm, and returns what is left."""
    torch.manual_seed(5)
    x, y = letters(16)
    for _ in range(steps):
        loss = F.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        if run is not None:
            run.loss(loss)
        optimizer.step()
    if run is not None:
        run.finish()
    return {**model.state_dict(), "random": torch.get_rng_state()}


def fresh() -> Any:
    torch.manual_seed(2)
    model = Mlp()
    return model, torch.optim.AdamW(model.parameters(), lr=1e-3)


class ProbesOfTraining(RecordedCase):
    """What a script gets of `watch(..., probes=...)`."""

    def test_a_batch_alone_is_enough(self) -> None:
        model, optimizer = fresh()
        run = self.watch(model, optimizer, probes=letters(), probe_loss=F.cross_entropy)
        train(model, optimizer, run)
        probes = probes_of(run.path)
        self.assertEqual([one["step"] for one in probes], [0, 1, 2, 5, 7])
        listed = {one["layer"]: one["kind"] for one in read_run(run.path).head["parameters"]}
        for layer in probes[0]["layers"]:
            self.assertEqual(layer["kind"], listed[layer["name"]])
        self.assertEqual([one["nonlinearity"] for one in probes[0]["layers"]], [None, "tanh", "relu", None])
        self.assertGreater(probes[0]["layers"][1]["tensors"]["weight_gradient"]["std"], 0)
        types = [head["type"] for head, _ in read_run(run.path).frames]
        self.assertEqual([types[1], *types[-2:]], ["probe", "probe", "end"])

    def test_training_is_the_same_bit_by_bit_with_and_without(self) -> None:
        plain = train(*fresh())
        model, optimizer = fresh()
        run = self.watch(model, optimizer, probes=1, probe_batch=letters(), probe_loss=F.cross_entropy)
        probing = train(model, optimizer, run)
        self.assertEqual(len(probes_of(run.path)), 8)
        for name, tensor in plain.items():
            self.assertTrue(torch.equal(tensor, probing[name]), name)

    def test_a_schedule_alone_takes_the_first_batch_of_training(self) -> None:
        model = Gpt()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        idx = torch.randint(11, (40, 6))
        run = self.watch(model, optimizer, probes=2)
        for _ in range(4):
            _, loss = model(idx, targets=idx)
            loss.backward()
            optimizer.step()
        run.finish()
        probes = probes_of(run.path)
        self.assertEqual([(one["step"], one["examples"]) for one in probes], [(0, 32), (2, 32), (4, 32)])
        # The model computes its loss itself.
        self.assertIn("activation_gradient", probes[0]["layers"][2]["tensors"])

    def test_the_first_batch_of_training_has_no_target_which_is_said_once(self) -> None:
        model, optimizer = fresh()
        run = self.watch(model, optimizer, probes="1-2-5", probe_loss=F.cross_entropy)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            train(model, optimizer, run)
        self.assertEqual(len(caught), 1)
        self.assertIn("probe_loss has no target", str(caught[0].message))
        self.assertEqual(caught[0].filename, __file__)
        probes = probes_of(run.path)
        self.assertEqual([one["step"] for one in probes], [0, 1, 2, 5, 7])
        self.assertNotIn("weight_gradient", probes[0]["layers"][1]["tensors"])

    def test_of_several_models_the_first_is_probed_under_its_own_name(self) -> None:
        models = {"first": Mlp(), "second": Mlp()}
        optimizer = torch.optim.SGD([one for model in models.values() for one in model.parameters()], lr=0.1)
        run = self.watch(models, optimizer, probes=letters())
        optimizer.step()
        run.finish()
        names = [layer["name"] for layer in probes_of(run.path)[0]["layers"]]
        self.assertEqual(names[:2], ["first.embedding", "first.first"])

    def test_a_run_that_has_ended_keeps_no_model_alive(self) -> None:
        model, optimizer = fresh()
        run = self.watch(model, optimizer, probes=letters(), probe_loss=F.cross_entropy)
        train(model, optimizer, run)
        alive = weakref.ref(model)
        del model, optimizer
        gc.collect()
        self.assertIsNone(alive())

    def test_what_cannot_be_probed_is_said_and_the_rest_recorded(self) -> None:
        for arguments, said in [
            ({"probes": 0}, "no probes: probes: every 0 steps"),
            ({"probes": "1-2-5"}, "no probes: the model was not called in training"),
            ({"probes": {"x": torch.ones(300, 3), "y": torch.ones(2, 3)}}, "no probes: probes: a batch whose tensors"),
        ]:
            with warnings.catch_warnings(record=True) as told:
                warnings.simplefilter("always")
                model, optimizer = fresh()
                run = self.watch(model, optimizer, **arguments)
                optimizer.step()
                run.finish()
            self.assertEqual([str(one.message)[: len(said)] for one in told], [said])
            self.assertEqual(read_run(run.path).end["state"], "finished")


if __name__ == "__main__":
    unittest.main()
