"""Training is the same, bit for bit, with and without recording."""

import unittest

import ablate_lab
import torch
from recorded import RecordedCase, batch, loss_of
from torch import nn

OPTIMIZERS = {
    "SGD with momentum": lambda m: torch.optim.SGD(m.parameters(), lr=0.1, momentum=0.9),
    "AdamW": lambda m: torch.optim.AdamW(m.parameters(), lr=1e-2),
}


class SameBits(RecordedCase):
    def test_with_dropout_and_batch_norm(self):
        for name, optimizer_of in OPTIMIZERS.items():
            for kind in ("rms", "std"):
                with self.subTest(name, kind=kind):
                    self.same(optimizer_of, lambda model: model, ratios=kind)

    @unittest.skipUnless(hasattr(torch, "compile"), "this PyTorch does not compile")
    def test_of_a_compiled_model(self):
        self.same(OPTIMIZERS["AdamW"], lambda model: torch.compile(model, backend="aot_eager"), steps=10)

    def same(self, optimizer_of, made, steps=60, **how):
        trained = [self.train(optimizer_of, made, steps, recorded, **how) for recorded in (False, True)]
        for bare, recorded in zip(*trained):
            self.assertTrue(torch.equal(bare, recorded))

    def train(self, optimizer_of, made, steps, recorded, **how):
        torch.manual_seed(3)
        net = nn.Sequential(nn.Linear(8, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Dropout(0.3), nn.Linear(32, 4))
        model = made(net)
        optimizer = optimizer_of(model)
        run = ablate_lab.watch(model, optimizer, folder=self.folder, **how) if recorded else None
        losses = []
        for at in range(steps):
            loss = loss_of(model, batch())
            optimizer.zero_grad()
            loss.backward()
            losses.append(loss.detach())
            if run:
                run.loss(loss)
            optimizer.step()
            if run and at % 10 == 0:
                run.log(accuracy=loss)
        if run:
            run.finish()
        state = list(net.state_dict().values())
        kept = [value for one in optimizer.state.values() for value in one.values() if torch.is_tensor(value)]
        return [*state, *kept, torch.stack(losses), torch.get_rng_state()]


if __name__ == "__main__":
    unittest.main()
