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
        def during(at, run):
            run.loss("low")
            run.log(step="first")
            run.event(None)

        self.assertEqual(len(self.train(lambda *of: ablate_lab.watch(*of, folder=self.folder), during=during)), 1)

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
