"""Whatever happens to a recording, training goes on, and one warning says that it is not recorded."""

import os
import resource
import shutil
import signal
import stat
import subprocess
import threading
import unittest
import warnings

import torch
from recorded import RecordedCase, batch, loss_of, read_run, small_net, started

import ablate_lab
from ablate_lab.facts import settings
from ablate_lab.frames import decode_frames


class Faults(RecordedCase):
    def train(self, run_of, steps=40, during=None):
        """Trains with a recording and returns its warnings; the parameters must be those of training without."""
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            recorded = trained(run_of, steps, during)
        bare = trained(None, steps, None)
        for one, other in zip(bare, recorded):
            self.assertTrue(torch.equal(one, other))
        return [str(one.message) for one in told if one.category is ablate_lab.RecordingWarning]

    def test_a_folder_that_cannot_be_made(self):
        blocked = os.path.join(self.folder, "file")
        open(blocked, "w").close()
        [said] = self.train(lambda *of: ablate_lab.watch(*of, folder=blocked))
        self.assertRegex(said, "recording has stopped: .*; training goes on without it")

    @unittest.skipIf(os.geteuid() == 0, "root may write anywhere")
    def test_a_folder_that_is_read_only(self):
        os.chmod(self.folder, stat.S_IRUSR | stat.S_IXUSR)
        [said] = self.train(lambda *of: ablate_lab.watch(*of, folder=self.folder))
        self.assertRegex(said, "Permission denied")

    def test_a_disk_that_fills_up(self):
        child = started(train_on_a_full_disk, self.folder)
        child.join()
        self.assertEqual(child.exitcode, 0)

    def test_a_folder_that_vanishes(self):
        [said] = self.train(
            lambda *of: ablate_lab.watch(*of, folder=self.folder),
            during=lambda at, run: (at == 20 and shutil.rmtree(self.folder), run.flush()),
        )
        self.assertRegex(said, "the file was deleted")

    def test_a_fault_of_ours(self):
        class Broken(Exception):
            pass

        def during(at, run):
            if at == 20:
                def broken(*_):
                    raise Broken("of ours")

                run.after_step.append(broken)

        made = []
        [said] = self.train(lambda *of: made.append(ablate_lab.watch(*of, folder=self.folder)) or made[0], during=during)
        self.assertRegex(said, "of ours")
        self.assertLessEqual(len(read_run(made[0].path).losses), 21)

    def test_values_that_make_no_sense(self):
        made = []

        def during(at, run):
            run.log("low")
            run.log(step="first", accuracy=1)
            run.log({"": 1, "a": "text", "b": 10**400}, step=-1)
            run.log({"": 1, "a": "text", "b": 10**400, "kept": at})
            run.event(None)
            if at % 4 == 1:
                run.loss([None, "low", [1, 2], 1j][at // 4 % 4])

        def watched(*of):
            made.append(ablate_lab.watch(*of, folder=self.folder))
            return made[0]

        said = self.train(watched, during=during)
        # Each is told once, and the rest is recorded.
        self.assertEqual(
            said,
            [
                "what is logged is not recorded: str is no dict of numbers by name",
                "a number is not recorded: its name is empty",
                "a is not recorded: str is not one number",
                "b is not recorded: int is not one number",
                "a loss is not recorded: NoneType is not one number",
            ],
        )
        recorded = read_run(made[0].path)
        self.assertEqual([len(recorded.losses), len(recorded.metrics["kept"])], [40, 40])

    def test_arguments_that_make_no_sense(self):
        for given, says in [
            ({"seed": "abc"}, "seed is not recorded"),
            ({"steps": -1}, "steps is not recorded"),
            ({"rank": "x"}, "rank is not recorded"),
            ({"resume": {}}, "no run goes on"),
            ({"resume": 5}, "no run goes on"),
        ]:
            made = []

            def watched(*of):
                made.append(ablate_lab.watch(*of, folder=self.folder, **given))
                return made[0]

            [said] = self.train(watched, 3)
            self.assertIn(says, said)
            self.assertEqual(len(read_run(made[0].path).losses), 3)

    def test_settings_that_cannot_be_read(self):
        class Unreadable:
            def __repr__(self):
                raise RuntimeError("of its own")

        deep = {}
        for _ in range(5000):
            deep = {"deeper": deep}
        said = settings({"bad": Unreadable(), "deep": deep, "loss": lambda: 0, "set": {"b", "a"}, "rate": torch.tensor(0.5)})
        self.assertEqual([said["bad"], said["set"], said["rate"]], ["<Unreadable>", ["a", "b"], 0.5])
        self.assertNotRegex(said["loss"], "0x")  # seeds have one setting
        self.assertIn("deeper", said["deep"])

    def test_an_optimizer_that_is_none(self):
        with self.assertWarnsRegex(ablate_lab.RecordingWarning, "str is no optimizer: it has no param_groups"):
            ablate_lab.watch(small_net(), "adam", folder=self.folder)

    def test_lazy_modules_have_ratios_once_they_have_a_shape(self):
        model = torch.nn.Sequential(torch.nn.LazyLinear(16), torch.nn.Tanh(), torch.nn.Linear(16, 4))
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        with self.assertWarnsRegex(ablate_lab.RecordingWarning, "lazy modules"):
            run = self.watch(model, optimizer)
        for _ in range(3):
            step(model, optimizer, run)
        run.finish()
        said = read_run(run.path)
        self.assertEqual([len(said.losses), len(said.metrics["ratio.0.weight"])], [3, 3])

    def test_a_model_that_is_none(self):
        optimizer = torch.optim.SGD(small_net().parameters(), lr=0.1)
        with self.assertWarnsRegex(ablate_lab.RecordingWarning, "is not recorded"):
            run = self.watch("a model", optimizer)
        run.log(accuracy=1)
        run.finish()

    def test_warnings_that_are_errors(self):
        blocked = os.path.join(self.folder, "file")
        open(blocked, "w").close()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            trained(lambda *of: ablate_lab.watch(*of, folder=blocked), 5, None)

    def test_a_pipe_is_written_and_a_broken_one_left(self):
        received = os.path.join(self.folder, "received")
        with open(received, "wb") as file:
            reader = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=file)
            self.assertEqual(self.train(lambda *of: ablate_lab.watch(*of, folder=reader.stdin)), [])
            reader.stdin.close()
            reader.wait()
        self.assertEqual(len(read_run(received).losses), 40)

        reader = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)

        def during(at, run):
            if at == 20:
                reader.kill()
                reader.wait()
                run.flush()

        [said] = self.train(lambda *of: ablate_lab.watch(*of, folder=reader.stdin), during=during)
        self.assertRegex(said, "Broken pipe")

    def test_a_forked_child_neither_writes_nor_closes(self):
        model = small_net()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        run = self.watch(model, optimizer)
        step(model, optimizer, run)
        child = os.fork()
        if child == 0:
            run.log(accuracy=1)
            run.finish()
            os._exit(0 if not run.recording.is_open else 1)
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        step(model, optimizer, run)
        run.finish()
        said = read_run(run.path)
        self.assertEqual([len(said.losses), said.metrics, said.end["state"]], [2, {}, "finished"])

    def test_workers_of_a_data_loader_leave_it_alone(self):
        model = small_net()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        run = self.watch(model, optimizer)
        data = [(torch.randn(8), at % 4) for at in range(64)]
        for x, y in torch.utils.data.DataLoader(data, batch_size=16, num_workers=2):
            loss = loss_of(model, (x, y))
            loss.backward()
            run.loss(loss)
            optimizer.step()
        run.finish()
        said = read_run(run.path)
        self.assertEqual([len(said.losses), len([1 for head, _ in said.frames if head["type"] == "end"])], [4, 1])

    def test_numbers_from_several_threads(self):
        model = small_net()
        run = self.watch(model, torch.optim.SGD(model.parameters(), lr=0.1))
        threads = [
            threading.Thread(target=lambda at=at: [run.log({f"n{at}": n}, step=n) for n in range(200)]) for at in range(4)
        ]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        run.finish()
        wanted = [(float(n), float(n)) for n in range(200)]
        self.assertEqual(read_run(run.path).metrics, {f"n{at}": wanted for at in range(4)})


def trained(run_of, steps, during):
    model = small_net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    run = run_of(model, optimizer) if run_of else None
    for at in range(steps):
        step(model, optimizer, run)
        if during:
            during(at, run)
    if run:
        run.finish()
    return [one.detach() for one in model.parameters()]


def step(model, optimizer, run):
    loss = loss_of(model, batch())
    optimizer.zero_grad()
    loss.backward()
    if run:
        run.loss(loss)
    optimizer.step()


def train_on_a_full_disk(folder):
    """Has a disk that takes 20,000 bytes a file."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        made = []
        trained(
            lambda *of: made.append(ablate_lab.watch(*of, folder=folder)) or made[0], 500, lambda at, run: run.flush()
        )
    [said] = [str(one.message) for one in told if one.category is ablate_lab.RecordingWarning]
    assert "has stopped: [Errno 27] File too large; training goes on without it" in said, said
    [path] = os.listdir(folder)
    with open(os.path.join(folder, path), "rb") as file:
        data = file.read()
    heads = [head for head, _ in decode_frames(data)]
    assert 10_000 < len(data) <= 20_000 and heads[-1]["type"] == "steps", (len(data), heads[-1])


if __name__ == "__main__":
    unittest.main()
