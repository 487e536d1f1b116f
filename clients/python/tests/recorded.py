"""What the tests need: a small net, and its ratios by brute force."""

import contextlib
import math
import multiprocessing
import tempfile
import unittest

import torch
from run_file import read_run  # noqa: F401  tests import it from here
from torch import nn

import ablate_lab

torch.set_num_threads(1)


def small_net():
    """A net with a norm, whose parameters are the same each time."""
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(8, 16), nn.LayerNorm(16), nn.Tanh(), nn.Linear(16, 4))


def batch(generator=None, dtype=torch.float32):
    """Inputs and classes for it."""
    x = torch.randn(32, 8, generator=generator).to(dtype)
    return x, torch.randint(4, (32,), generator=generator)


def loss_of(model, examples):
    x, y = examples
    return nn.functional.cross_entropy(model(x), y)


def sizes(parameters, kind="rms"):
    """Returns what a ratio is made of, in float64."""
    size = {"rms": lambda x: x.pow(2).mean().sqrt(), "std": lambda x: x.std(unbiased=False)}[kind]
    return torch.stack([size(one) for one in parameters])


class BruteForce:
    """Computes ratios in float64 from copies before and after a step."""

    def __init__(self, parameters, kind="rms"):
        self.parameters, self.kind = list(parameters), kind
        self.ratios = []

    def values(self):
        reals = [torch.view_as_real(one) if one.is_complex() else one for one in self.parameters]
        return [one.detach().double().clone() for one in reals]

    @contextlib.contextmanager
    def step(self):
        before = self.values()
        yield
        after = self.values()
        updates = [new - old for new, old in zip(after, before)]
        self.ratios.append((sizes(updates, self.kind) / sizes(after, self.kind)).float())

    def skipped(self):
        self.ratios.append(torch.full((len(self.parameters),), math.nan))


class RecordedCase(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def watch(self, model, optimizer, **more):
        run = ablate_lab.watch(model, optimizer, folder=self.folder, **more)
        self.addCleanup(run.finish)
        return run

    def assert_ratios(self, said, brute, tolerance=1e-6):
        self.assertEqual(len(said.ratios), len(brute.ratios))
        got, wanted = torch.tensor(said.ratios), torch.stack(brute.ratios)
        # A zero that is updated for the first time is all update: the ratio is 1; 0 of 0 is NaN.
        torch.testing.assert_close(got, wanted, rtol=tolerance, atol=0, equal_nan=True)

    def in_child(self, act, *args):
        """Runs a function in a process of its own and asserts that it ends well."""
        child = started(act, *args)
        child.join()
        self.assertEqual(child.exitcode, 0)


def started(act, *args):
    """Starts a function in a new process, forked from one that has imported PyTorch and done nothing with it."""
    context = multiprocessing.get_context("forkserver")
    # Optimizers import the compiler when the first one is made.
    context.set_forkserver_preload(["torch", "torch._dynamo", "ablate_lab.watching", act.__module__])
    child = context.Process(target=act, args=args)
    child.start()
    return child
