"""On a GPU no step waits for what is recorded of it."""

import unittest

import torch
from recorded import BruteForce, RecordedCase, batch, loss_of, read_run, small_net

from ablate_lab.cells import CAPACITY, Cells

HAS_GPU = torch.cuda.is_available()


class Gpu(RecordedCase):
    @unittest.skipUnless(HAS_GPU, "there is no GPU here")
    def test_a_hundred_steps_without_waiting(self):
        for options in ({}, {"ratios": "std"}, {"sample": 3}):
            with self.subTest(options):
                self.hundred(options)

    def hundred(self, options):
        model = small_net().cuda()
        optimizer = torch.optim.AdamW(model.parameters(), lr=torch.tensor(1e-3, device="cuda"), capturable=True)
        batches = [tuple(one.cuda() for one in batch()) for _ in range(10)]
        run = self.watch(model, optimizer, **options)
        brute, losses = BruteForce(model.parameters(), options.get("ratios", "rms")), []
        for at in range(110):
            if at == 10:  # after what PyTorch does at first
                torch.cuda.synchronize()
                torch.cuda.set_sync_debug_mode("error")
            optimizer.zero_grad()
            loss = loss_of(model, batches[at % 10])
            loss.backward()
            run.loss(loss)
            losses.append(loss.detach())
            with brute.step():
                optimizer.step()
            run.log(twice=loss * 2)
            if at % 7 == 0:
                run.flush()
        torch.cuda.set_sync_debug_mode("default")
        brute.ratios = [one.cpu() for one in brute.ratios]
        run.finish()
        said = read_run(run.path)
        if "sample" not in options:
            self.assert_ratios(said, brute, 1e-5)
        self.assertEqual(said.losses, [one.item() for one in losses])
        self.assertEqual(said.metrics["twice"], [(at + 1, 2 * one.item()) for at, one in enumerate(losses)])
        self.assertEqual(len(said.rates), 110)


if __name__ == "__main__":
    unittest.main()
