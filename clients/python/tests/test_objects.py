"""Models and optimizers remain what they are while they are watched, and after it."""

import copy
import gc
import glob
import io
import pickle
import subprocess
import sys
import unittest
import weakref

import torch
from recorded import RecordedCase, batch, loss_of, read_run, small_net

import ablate_lab


class Objects(RecordedCase):
    def watched(self):
        model = small_net()
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
        return model, optimizer, self.watch(model, optimizer)

    def test_a_watched_model_is_saved_and_copied(self):
        model, optimizer, run = self.watched()
        step(model, optimizer, run)
        for saved in (model, optimizer, model.state_dict(), optimizer.state_dict()):
            torch.save(saved, io.BytesIO())
            self.assertNotIn(b"ablate", pickle.dumps(saved))
        twin = copy.deepcopy((model, optimizer))
        step(*twin, None)
        step(model, optimizer, run)
        run.finish()
        self.assertEqual(len(read_run(run.path).losses), 2)

    def test_hooks_are_taken_off_at_the_end(self):
        model, optimizer, run = self.watched()
        before = vars(torch.optim.AdamW(model.parameters()))
        step(model, optimizer, run)
        run.finish()
        self.assertEqual(vars(optimizer).keys(), before.keys())
        for hooks in ("_optimizer_step_pre_hooks", "_optimizer_step_post_hooks"):
            self.assertFalse(vars(optimizer).get(hooks))
        step(model, optimizer, run)
        self.assertEqual(len(read_run(run.path).losses), 1)

    def test_a_wrapper_put_on_after_ours_stays(self):
        model, optimizer, run = self.watched()
        calls, inner = [], optimizer.step
        optimizer.step = lambda *given: (calls.append(1), inner(*given))[1]
        step(model, optimizer, run)
        run.finish()
        step(model, optimizer, run)
        self.assertEqual([len(calls), len(read_run(run.path).losses)], [2, 1])

    def test_a_run_keeps_neither_model_nor_optimizer(self):
        model, optimizer, run = self.watched()
        step(model, optimizer, run)
        kept = [weakref.ref(one) for one in (model, optimizer, *model.parameters())]
        gc.disable()
        self.addCleanup(gc.enable)
        del model, optimizer
        self.assertEqual([one() for one in kept], [None] * len(kept))
        run.finish()
        self.assertEqual(len(read_run(run.path).losses), 1)

    def test_watching_again_ends_the_run_before(self):
        model, optimizer, first = self.watched()
        step(model, optimizer, first)
        second = self.watch(model, optimizer)
        step(model, optimizer, second)
        second.finish()
        self.assertEqual([len(read_run(one.path).losses) for one in (first, second)], [1, 1])
        self.assertEqual(read_run(first.path).end["state"], "stopped")

    def test_an_exception_ends_the_run_as_failed(self):
        for raised, state in ((ValueError("no data"), "failed"), (KeyboardInterrupt(), "stopped")):
            with self.subTest(state), self.assertRaises(type(raised)):
                model, optimizer, run = self.watched()
                with run:
                    step(model, optimizer, run)
                    raise raised
            said = read_run(run.path)
            self.assertEqual([said.end["state"], len(said.losses)], [state, 1])
        self.assertIsNone(said.end["error"])

    def test_a_process_that_ends_has_finished_its_run(self):
        for act, state, error in ((ends, "finished", None), (fails, "failed", "ValueError: no data")):
            run_script(act, self.folder)
            [path] = [one for one in files(self.folder) if act.__name__ in one]
            end = read_run(path).end
            self.assertEqual([end["state"], end["error"]], [state, error])

    def test_numbers_of_every_kind_are_logged(self):
        model, optimizer, run = self.watched()
        step(model, optimizer, run)
        run.log({"valid/accuracy": torch.tensor(0.5), "exact": True}, step=10)
        run.log(whole=3, tensor=torch.ones(1, 1, dtype=torch.bfloat16))
        with self.assertWarnsRegex(ablate_lab.RecordingWarning, "text is not recorded: str is not one number"):
            run.log(text="high", whole=4)
        run.finish()
        self.assertEqual(
            read_run(run.path).metrics,
            {"valid/accuracy": [(10, 0.5)], "exact": [(10, 1)], "whole": [(1, 4)], "tensor": [(1, 1)]},
        )

    def test_arguments_that_cannot_be_are_refused_at_once(self):
        model, optimizer, _ = self.watched()
        for wrong in ({"ratios": "mean"}, {"every": 0}, {"sample": 0}):
            with self.subTest(wrong), self.assertRaises(ValueError):
                self.watch(model, optimizer, **wrong)


def files(folder):
    return glob.glob(f"{folder}/*.ablate")


def run_script(act, folder):
    """Runs a function as a script of its own would be: with an end of the interpreter."""
    code = f"import sys; sys.path[:0] = {sys.path!r}; import test_objects; test_objects.{act.__name__}({folder!r})"
    subprocess.run([sys.executable, "-c", code], stderr=subprocess.DEVNULL, check=False)


def ends(folder):
    model = small_net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    run = ablate_lab.watch(model, optimizer, name="ends", folder=folder)
    step(model, optimizer, run)


def fails(folder):
    model = small_net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    ablate_lab.watch(model, optimizer, name="fails", folder=folder)
    raise ValueError("no data")


def step(model, optimizer, run):
    loss = loss_of(model, batch())
    optimizer.zero_grad()
    loss.backward()
    if run:
        run.loss(loss)
    optimizer.step()


if __name__ == "__main__":
    unittest.main()
