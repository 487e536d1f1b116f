"""Numbers that come from a device later than they were told, with a device that the test holds back."""

import unittest

import torch
from recorded import RecordedCase

from ablate_lab.arriving import Arriving
from ablate_lab.cells import CAPACITY, Cells, Taken


class LateEvent:
    """What a GPU says of a copy: nothing, until the test lets it."""

    arrived = False

    def query(self):
        return self.arrived

    def synchronize(self):
        self.arrived = True


class LateCells(Cells):
    """Cells whose copies arrive when `event` says so, in buffers that are used again."""

    def take(self):
        count, self._used = self._used, 0
        buffer = self._free.pop() if self._free else torch.zeros_like(self._rows)
        buffer[:count].copy_(self._rows[:count])
        self.event = LateEvent()
        self.made = getattr(self, "made", set()) | {buffer.data_ptr()}
        return Taken(buffer, self.event, self)


class Late(RecordedCase):
    def test_rows_are_read_when_they_are_there_and_buffers_serve_again(self):
        cells = LateCells(torch.device("cpu"), torch.float32, 2)
        for at in range(6):
            cells.row().fill_(at)
            cells.row().fill_(at + 0.5)
            taken = cells.take()
            self.assertFalse(taken.is_ready())
            cells.event.arrived = True
            self.assertTrue(taken.is_ready())
            self.assertEqual(taken.read(2).tolist(), [[at, at], [at + 0.5, at + 0.5]])
        self.assertEqual(len(cells.made), 1)

    def test_steps_wait_for_their_numbers_in_order(self):
        from ablate_lab.steps import Steps

        run = self.watch(torch.nn.Linear(1, 1), torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1))
        steps = Steps(run.recording, 0, 0)
        late = LateCells(torch.device("cpu"), torch.float64, 1)
        written = []
        run.recording.write = lambda frame: written.append(frame)
        for at in range(3):
            steps._gathered["loss"] = (late, [], "loss")
            steps.row("loss", late.device, torch.float64, "loss").fill_(at)
            steps.add(float("nan"), [0.1])
            steps.flush()
            events = [late.event] if at == 0 else [*events, late.event]
        self.assertEqual(written, [])
        events[1].arrived = True
        steps.drain()
        self.assertEqual(written, [])  # the first is not there yet
        events[0].arrived = True
        steps.drain()
        self.assertEqual(len(written), 2)
        steps.drain(wait=True)
        self.assertEqual(len(written), 3)

    def test_more_metrics_than_fit_are_all_kept(self):
        arriving, kept = Arriving(), []
        for at in range(3 * CAPACITY):
            arriving.take("n", at, torch.tensor(float(at)))
        arriving.flush(lambda *told: kept.append(told))
        self.assertEqual(kept, [("n", at, float(at)) for at in range(3 * CAPACITY)])


if __name__ == "__main__":
    unittest.main()
