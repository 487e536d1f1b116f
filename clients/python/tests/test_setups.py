"""What stands around an optimizer in real scripts: scalers, compilers, several models, several processes, resumption."""

import os
import unittest

import torch
from recorded import BruteForce, RecordedCase, batch, loss_of, read_run, small_net, started
from torch import nn

import ablate_lab

HAS_CPU_SCALER = hasattr(torch.amp, "GradScaler") if hasattr(torch, "amp") else False
HAS_COMPILE = hasattr(torch, "compile")


class Setups(RecordedCase):
    @unittest.skipUnless(HAS_CPU_SCALER, "this PyTorch has no gradient scaler for the CPU")
    def test_a_step_that_a_scaler_skips_is_no_step(self):
        for fused in (False, True):
            with self.subTest(fused=fused):
                self.scaled(lambda m, fused=fused: torch.optim.AdamW(m.parameters(), lr=1e-3, fused=fused))

    def scaled(self, optimizer_of):
        model = small_net()
        optimizer = optimizer_of(model)
        scaler = torch.amp.GradScaler("cpu", init_scale=2.0**4)
        run = self.watch(model, optimizer)
        brute, losses = BruteForce(model.parameters()), []
        for at in range(20):
            loss = loss_of(model, batch()) * (float("inf") if at in (3, 7) else 1)
            optimizer.zero_grad()
            scaler.scale(loss).backward()
            run.loss(loss)
            with brute.step():
                scaler.step(optimizer)
            scaler.update()
            if at in (3, 7):
                brute.ratios.pop()
            else:
                losses.append(loss.item())
        run.finish()
        said = read_run(run.path)
        self.assert_ratios(said, brute)
        self.assertEqual(said.losses, losses)
        self.assertEqual(said.metrics["skipped_steps"], [(3, 1), (6, 2)])
        self.assertFalse(hasattr(torch.amp.GradScaler.step, "__wrapped__"))

    @unittest.skipUnless(HAS_COMPILE, "this PyTorch does not compile")
    def test_a_compiled_model_has_the_names_of_its_own(self):
        model = small_net()
        compiled = torch.compile(model, backend="aot_eager")
        optimizer = torch.optim.AdamW(compiled.parameters(), lr=1e-3)
        run = self.watch(compiled, optimizer)
        said = self.trained(compiled, optimizer, run, BruteForce(model.parameters()))
        self.assertEqual(said.head["parameters"][0]["name"], "0.weight")

    @unittest.skipUnless(HAS_COMPILE, "this PyTorch does not compile")
    def test_a_compiled_step_is_recorded(self):
        model = small_net()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        run = self.watch(model, optimizer)
        step = torch.compile(optimizer.step, backend="aot_eager")
        said = self.trained(model, optimizer, run, BruteForce(model.parameters()), step=step)
        self.assertEqual(len(said.losses), 5)

    def test_two_models_with_a_step_of_each(self):
        critic, maker = small_net(), nn.Linear(8, 8)
        optimizers = [torch.optim.Adam(one.parameters(), lr=1e-3) for one in (critic, maker)]
        run = self.watch({"critic": critic, "maker": maker}, optimizers)
        brute = BruteForce([*critic.parameters(), *maker.parameters()])
        for _ in range(6):
            with brute.step():
                for optimizer in optimizers:
                    optimizer.zero_grad()
                    x, y = batch()
                    loss = loss_of(critic, (maker(x), y))
                    loss.backward()
                    if optimizer is optimizers[0]:
                        run.loss(loss)
                    optimizer.step()
        run.finish()
        said = read_run(run.path)
        self.assert_ratios(said, brute)
        names = [one["name"] for one in said.head["parameters"]]
        self.assertEqual([names[0], names[-1]], ["critic.0.weight", "maker.bias"])

    def test_of_two_optimizers_one_may_step_more_often(self):
        critic, maker = small_net(), nn.Linear(8, 8)
        often, seldom = (torch.optim.SGD(one.parameters(), lr=0.1) for one in (critic, maker))
        run = self.watch([critic, maker], [often, seldom])
        for at in range(9):
            x, y = batch()
            loss_of(critic, (maker(x), y)).backward()
            run.loss(float(at))
            often.step()
            if at % 3 == 2:
                seldom.step()
        run.finish()
        said = read_run(run.path)
        self.assertEqual(said.losses, [float(at) for at in range(9)])
        ratios = torch.tensor(said.ratios)
        self.assertFalse(ratios[:, 0].isnan().any())
        self.assertEqual((~ratios[:, -1].isnan()).nonzero().flatten().tolist(), [2, 5, 8])

    def test_two_runs_of_two_models_in_one_process(self):
        pairs = []
        for name in ("gan/critic", "gan/maker"):
            model = small_net()
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            pairs.append((model, optimizer, self.watch(model, optimizer, name=name)))
        for at in range(5):
            for model, optimizer, run in pairs[: 1 + at % 2]:
                loss = loss_of(model, batch())
                loss.backward()
                run.loss(loss)
                optimizer.step()
        for _, _, run in pairs:
            run.finish()
        self.assertEqual([len(read_run(run.path).losses) for _, _, run in pairs], [5, 2])

    def test_an_optimizer_that_calls_the_step_of_its_class(self):
        class Decaying(torch.optim.SGD):
            def step(self, closure=None):
                result = super().step(closure)
                with torch.no_grad():
                    for one in self.param_groups[0]["params"]:
                        one.mul_(0.99)
                return result

        model = small_net()
        optimizer = Decaying(model.parameters(), lr=0.1)
        run = self.watch(model, optimizer)
        self.trained(model, optimizer, run, BruteForce(model.parameters()))

    def test_a_step_that_raises_is_no_step(self):
        model = small_net()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        run = self.watch(model, optimizer)

        def broken():
            raise RuntimeError("out of memory")

        with self.assertRaises(RuntimeError):
            optimizer.step(broken)
        self.trained(model, optimizer, run, BruteForce(model.parameters()))

    def test_a_scheduler_made_after_watch(self):
        model = small_net()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        run = self.watch(model, optimizer)
        scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 2, 0.5)
        said = self.trained(model, optimizer, run, BruteForce(model.parameters()), after=scheduler.step)
        self.assertEqual(said.rates, [0.1, 0.1, 0.05, 0.05, 0.025])

    def test_rank_0_of_two_processes_records(self):
        meeting, runs = (os.path.join(self.folder, one) for one in ("meeting", "runs"))
        children = [started(record_rank, at, meeting, runs) for at in range(2)]
        for child in children:
            child.join()
            self.assertEqual(child.exitcode, 0)
        self.assertEqual(len(os.listdir(runs)), 1)

    def test_a_new_process_goes_on_from_a_checkpoint(self):
        checkpoint = os.path.join(self.folder, "checkpoint.pt")
        runs = os.path.join(self.folder, "runs")

        self.in_child(record_and_die, checkpoint, runs)
        [earlier] = [os.path.join(runs, one) for one in os.listdir(runs)]
        state = torch.load(checkpoint)
        for given in ({"resume": state["run"]}, {"resume": earlier, "start": 5}, {"resume": state["run"]["id"], "start": 5}):
            model = small_net()
            optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
            model.load_state_dict(state["model"])
            optimizer.load_state_dict(state["optimizer"])
            run = self.watch(model, optimizer, **given)
            for _ in range(3):
                one_step(model, optimizer, run)
            run.finish()
            said, before = read_run(run.path), read_run(earlier)
            self.assertEqual([said.head["start"], said.head["resumes"]], [5, before.head["id"]])
            self.assertEqual(len(said.losses), 3)
            self.assertEqual(run.id, before.head["id"])

    def trained(self, model, optimizer, run, brute, step=None, after=None):
        for _ in range(5):
            loss = loss_of(model, batch())
            optimizer.zero_grad()
            loss.backward()
            run.loss(loss)
            with brute.step():
                (step or optimizer.step)()
            if after:
                after()
        run.finish()
        said = read_run(run.path)
        self.assert_ratios(said, brute)
        return said


def record_rank(at, meeting, runs):
    """One process of distributed training, which checks its own recording."""
    torch.distributed.init_process_group("gloo", init_method=f"file://{meeting}", rank=at, world_size=2)
    model = nn.parallel.DistributedDataParallel(small_net())
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    run = ablate_lab.watch(model, optimizer, folder=runs)
    brute = BruteForce(model.parameters())
    for _ in range(5):
        loss = loss_of(model, batch())
        optimizer.zero_grad()
        loss.backward()
        run.loss(loss)
        with brute.step():
            optimizer.step()
    run.log(accuracy=0.5)
    run.finish()
    if at > 0:
        assert run.path is None
        return
    said = read_run(run.path)
    torch.testing.assert_close(torch.tensor(said.ratios), torch.stack(brute.ratios), rtol=1e-6, atol=0)
    assert [said.head["rank"], said.head["world"]] == [0, 2]
    assert said.head["parameters"][0]["name"] == "0.weight"


def record_and_die(checkpoint, runs):
    """Trains, keeps a checkpoint at step 5, and dies some steps later."""
    model = small_net()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    run = ablate_lab.watch(model, optimizer, folder=runs)
    for at in range(8):
        if at == 5:
            state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "run": run.state_dict()}
            torch.save(state, checkpoint)
        one_step(model, optimizer, run)
    run.flush()
    os._exit(0)


def one_step(model, optimizer, run):
    loss = loss_of(model, batch())
    optimizer.zero_grad()
    loss.backward()
    run.loss(loss)
    optimizer.step()


if __name__ == "__main__":
    unittest.main()
