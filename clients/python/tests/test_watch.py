"""What `watch` records, compared with what the parameters did."""

import tempfile
import unittest
from pathlib import Path

import torch
from torch import nn

import ablate_lab
from recorded import brute_force, read_run, small_net


class Watch(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = tempfile.mkdtemp()

    def test_first_steps_are_recorded(self) -> None:
        model = small_net()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        run = ablate_lab.watch(model, optimizer, name="grid/label", config={"a": 1}, seed=7, folder=self.folder)
        wanted = []
        for _ in range(20):
            loss = nn.functional.cross_entropy(model(torch.randn(32, 8)), torch.randint(4, (32,)))
            optimizer.zero_grad()
            loss.backward()
            run.loss(loss)
            with brute_force(model.parameters(), wanted):
                optimizer.step()
        run.finish()
        said = read_run(run.path)
        self.assertEqual(said.head["name"], "grid/label")
        self.assertEqual(len(said.losses), 20)
        torch.testing.assert_close(torch.tensor(said.ratios), torch.stack(wanted), rtol=1e-6, atol=0, equal_nan=True)
        self.assertEqual(said.end["state"], "finished")
        self.assertTrue(Path(run.path).name.startswith("grid-label-"))


if __name__ == "__main__":
    unittest.main()
