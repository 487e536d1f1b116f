"""Ratios, losses and rates, compared with what the parameters did: on every PyTorch since 1.13."""

import math
import unittest

import torch
from recorded import BruteForce, RecordedCase, batch, loss_of, read_run, small_net
from torch import nn
from torch.optim import lr_scheduler


class Ratios(RecordedCase):
    """Each test trains for some steps, and asks whether the file has what brute force has."""

    def train(self, optimizer_of, *, model=None, steps=20, accumulate=1, clip=False, schedule=None, kind="rms", **more):
        model = small_net() if model is None else model
        optimizer = optimizer_of(model)
        scheduler = schedule and schedule(optimizer)
        run = self.watch(model, optimizer, ratios=kind, **more)
        brute = BruteForce([one for one in model.parameters() if one.requires_grad], kind)
        losses, rates = [], []
        for _ in range(steps):
            optimizer.zero_grad()
            parts = [loss_of(model, batch()) for _ in range(accumulate)]
            for part in parts:
                run.loss(part)
                (part / accumulate).backward()
            if clip:
                nn.utils.clip_grad_norm_(model.parameters(), 0.1)
            rates.append(optimizer.param_groups[0]["lr"])
            with brute.step():
                optimizer.step()
            if scheduler:
                scheduler.step()
            losses.append(sum(part.item() for part in parts) / accumulate)
        run.finish()
        said = read_run(run.path)
        self.assert_ratios(said, brute)
        self.assertEqual(said.rates, rates)
        for got, wanted in zip(said.losses, losses):
            self.assertAlmostEqual(got, wanted, places=12)
        self.assertEqual(len(said.losses), steps)
        return said

    def test_sgd_with_momentum_nesterov_and_decay(self):
        self.train(lambda m: sgd(m))

    def test_standard_deviations(self):
        self.train(lambda m: sgd(m), kind="std")

    def test_adam(self):
        self.train(lambda m: torch.optim.Adam(m.parameters(), lr=1e-2))

    def test_adamw_with_two_groups_records_the_rate_of_each(self):
        def groups(model):
            first = {"params": model[0].parameters(), "lr": 1e-2}
            others = [one for layer in model[1:] for one in layer.parameters()]
            return torch.optim.AdamW([first, {"params": others}], lr=1e-3)

        said = self.train(groups)
        self.assertEqual(said.metrics["lr.1"], [(at, 1e-3) for at in range(20)])

    def test_rmsprop(self):
        self.train(lambda m: torch.optim.RMSprop(m.parameters(), lr=1e-3, momentum=0.5, centered=True))

    def test_a_loop_over_parameters_without_foreach(self):
        self.train(lambda m: torch.optim.Adam(m.parameters(), lr=1e-2, foreach=False))

    def test_lambda_lr_made_before_watch(self):
        self.train(sgd, schedule=lambda o: lr_scheduler.LambdaLR(o, lambda at: 1 / (1 + at)))

    def test_one_cycle(self):
        self.train(sgd, schedule=lambda o: lr_scheduler.OneCycleLR(o, max_lr=0.3, total_steps=21))

    def test_accumulation_of_four_with_clipping(self):
        self.train(sgd, accumulate=4, clip=True)

    def test_a_frozen_layer_is_listed_without_a_column(self):
        model = small_net()
        for one in model[0].parameters():
            one.requires_grad_(False)
        said = self.train(lambda m: torch.optim.Adam(m.parameters(), lr=1e-3), model=model)
        trained = {one["name"]: one["trained"] for one in said.head["parameters"]}
        self.assertEqual([trained["0.weight"], trained["0.bias"], trained["3.weight"]], [False, False, True])

    def test_a_shared_parameter_is_one_under_its_first_name(self):
        class Tied(nn.Module):
            def __init__(self):
                super().__init__()
                self.enter, self.leave = nn.Linear(8, 8), nn.Linear(8, 8)
                self.leave.weight = self.enter.weight

            def forward(self, x):
                return self.leave(torch.tanh(self.enter(x)))

        torch.manual_seed(0)
        said = self.train(sgd, model=Tied())
        names = [one["name"] for one in said.head["parameters"]]
        self.assertEqual(names, ["enter.weight", "enter.bias", "leave.bias"])

    def test_long_and_short_parameters(self):
        torch.manual_seed(0)
        wide = nn.Sequential(nn.Linear(8, 3000), nn.Tanh(), nn.Linear(3000, 4))
        self.train(lambda m: torch.optim.AdamW(m.parameters(), lr=1e-3), model=wide, steps=5)

    def test_weights_that_do_not_lie_in_their_own_order(self):
        model = nn.Sequential(nn.Unflatten(1, (2, 2, 2)), nn.Conv2d(2, 1200, 2), nn.Flatten(), nn.Linear(1200, 4))
        self.train(sgd, model=model.to(memory_format=torch.channels_last), steps=5)

    def test_doubles_are_compared_as_doubles(self):
        model = small_net().double()
        optimizer = sgd(model)
        run = self.watch(model, optimizer)
        brute = BruteForce(model.parameters())
        for _ in range(10):
            self.step(model, optimizer, run, brute, dtype=torch.float64)
        run.finish()
        self.assert_ratios(read_run(run.path), brute)

    def test_bfloat16_is_compared_as_float32(self):
        model = small_net().bfloat16()
        optimizer = sgd(model)
        run = self.watch(model, optimizer)
        brute = BruteForce(model.parameters())
        for _ in range(10):
            self.step(model, optimizer, run, brute, dtype=torch.bfloat16)
        run.finish()
        self.assert_ratios(read_run(run.path), brute)

    def test_complex_and_empty_parameters(self):
        waves, none = nn.Parameter(torch.randn(5, dtype=torch.complex64)), nn.Parameter(torch.zeros(0))
        optimizer = torch.optim.SGD([waves, none], lr=0.1)
        run = self.watch(nn.ParameterList([waves, none]), optimizer)
        brute = BruteForce([waves, none])
        for _ in range(3):
            (waves.abs().sum() + none.sum()).backward()
            with brute.step():
                optimizer.step()
        run.finish()
        self.assert_ratios(read_run(run.path), brute)

    def test_sparse_gradients(self):
        table = nn.Embedding(50, 4, sparse=True)
        optimizer = torch.optim.SparseAdam(list(table.parameters()), lr=0.1)
        run = self.watch(table, optimizer)
        brute = BruteForce(table.parameters())
        for at in range(5):
            optimizer.zero_grad()
            table(torch.tensor([at, 7])).sum().backward()
            with brute.step():
                optimizer.step()
        run.finish()
        self.assert_ratios(read_run(run.path), brute)

    def test_a_closure_is_called_often_and_its_first_loss_counts(self):
        model = small_net()
        optimizer = torch.optim.LBFGS(model.parameters(), lr=0.1, max_iter=4)
        run = self.watch(model, optimizer)
        brute = BruteForce(model.parameters())
        first = []
        for _ in range(5):
            examples, seen = batch(), []

            def closure():
                optimizer.zero_grad()
                loss = loss_of(model, examples)
                loss.backward()
                run.loss(loss)
                seen.append(loss.item())
                return loss

            with brute.step():
                optimizer.step(closure)
            first.append(seen[0])
            self.assertGreater(len(seen), 1)
        run.finish()
        said = read_run(run.path)
        self.assert_ratios(said, brute)
        self.assertEqual(said.losses, first)

    def test_every_third_step_has_ratios_and_every_step_a_loss(self):
        model = small_net()
        optimizer = sgd(model)
        run = self.watch(model, optimizer, every=3)
        brute = BruteForce(model.parameters())
        for at in range(10):
            self.step(model, optimizer, run, brute)
            if at % 3:
                brute.ratios.pop()
                brute.skipped()
        run.finish()
        said = read_run(run.path)
        self.assert_ratios(said, brute)
        self.assertFalse(any(math.isnan(loss) for loss in said.losses))

    def test_a_sample_has_each_tensor_in_its_turn(self):
        model = small_net()
        optimizer = sgd(model)
        run = self.watch(model, optimizer, sample=3)
        brute = BruteForce(model.parameters())
        for _ in range(6):
            self.step(model, optimizer, run, brute)
        run.finish()
        got, wanted = torch.tensor(read_run(run.path).ratios), torch.stack(brute.ratios)
        there = ~got.isnan()
        torch.testing.assert_close(got[there], wanted[there], rtol=1e-6, atol=0)
        self.assertTrue(bool((there.sum(0) == 2).all()))

    def test_without_ratios_there_are_losses_and_rates(self):
        model = small_net()
        optimizer = sgd(model)
        run = self.watch(model, optimizer, ratios=None)
        for _ in range(5):
            self.step(model, optimizer, run, BruteForce([]), sizes=False)
        run.finish()
        said = read_run(run.path)
        self.assertIsNone(said.head["ratios"])
        self.assertEqual(said.rates, [0.1] * 5)
        self.assertTrue(torch.tensor(said.ratios).isnan().all())

    def test_what_is_unfrozen_or_added_later_is_a_metric(self):
        model = small_net()
        for one in model[0].parameters():
            one.requires_grad_(False)
        late = nn.Parameter(torch.ones(3))
        optimizer = sgd(model)
        run = self.watch(model, optimizer)
        brute = BruteForce([model[0].weight, late])
        for at in range(9):
            if at == 3:
                for one in model[0].parameters():
                    one.requires_grad_(True)
            if at == 6:
                optimizer.add_param_group({"params": [late], "lr": 0.01})
            optimizer.zero_grad()
            loss = loss_of(model, batch()) + late.pow(2).sum()
            loss.backward()
            run.loss(loss)
            with brute.step():
                optimizer.step()
        run.finish()
        said = read_run(run.path)
        wanted = torch.stack(brute.ratios)
        got = said.metrics["ratio.0.weight"]
        self.assertEqual([at for at, _ in got], list(range(3, 9)))
        torch.testing.assert_close(torch.tensor([one for _, one in got]).float(), wanted[3:, 0], rtol=1e-6, atol=0)
        [name] = [one for one in said.metrics if one.startswith("ratio.parameter")]
        torch.testing.assert_close(
            torch.tensor([one for _, one in said.metrics[name]]).float(), wanted[6:, 1], rtol=1e-6, atol=0
        )
        self.assertEqual(said.metrics["lr.1"], [(at, 0.01) for at in range(6, 9)])
        self.assertEqual(len(said.events), 3)

    def test_a_parameter_of_two_optimizers_has_one_column(self):
        model = small_net()
        first, second = sgd(model), torch.optim.Adam(model[3].parameters(), lr=1e-3)
        run = self.watch(model, [first, second])
        for _ in range(3):
            loss = loss_of(model, batch())
            loss.backward()
            run.loss(loss)
            first.step()
            second.step()
        run.finish()
        said = read_run(run.path)
        self.assertEqual([len(said.losses), said.columns], [3, 6])
        self.assertFalse(torch.tensor(said.ratios).isnan().any())
        self.assertEqual(said.metrics["lr.1"], [(at, 1e-3) for at in range(3)])

    def test_a_state_that_is_loaded_changes_nothing(self):
        model = small_net()
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
        run = self.watch(model, optimizer)
        brute = BruteForce(model.parameters())
        for at in range(6):
            if at == 3:
                optimizer.load_state_dict(optimizer.state_dict())
                model.load_state_dict(small_net().state_dict())
            self.step(model, optimizer, run, brute)
        run.finish()
        self.assert_ratios(read_run(run.path), brute)

    def test_a_loss_told_after_its_step_belongs_to_it(self):
        model = small_net()
        optimizer = sgd(model)
        run = self.watch(model, optimizer)
        losses = []
        for _ in range(600):  # more than are kept at once
            loss = loss_of(model, batch())
            loss.backward()
            optimizer.step()
            run.loss(loss)
            losses.append(loss.item())
        run.finish()
        self.assertEqual(read_run(run.path).losses, losses)

    def test_a_step_without_a_loss_has_none(self):
        model = small_net()
        optimizer = sgd(model)
        run = self.watch(model, optimizer)
        for at in range(4):
            loss = loss_of(model, batch())
            loss.backward()
            if at != 2:
                run.loss(loss)
            optimizer.step()
        run.finish()
        self.assertEqual([math.isnan(one) for one in read_run(run.path).losses], [False, False, True, False])

    def step(self, model, optimizer, run, brute, dtype=torch.float32, sizes=True):
        optimizer.zero_grad()
        loss = loss_of(model, batch(dtype=dtype))
        loss.backward()
        run.loss(loss)
        if not sizes:
            return optimizer.step()
        with brute.step():
            return optimizer.step()


def sgd(model):
    return torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-2, nesterov=True)


if __name__ == "__main__":
    unittest.main()
