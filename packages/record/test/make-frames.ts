/** Files of frames as recorders write them, deterministic in their numbers. */
import { encodeFrame, type Frame } from "@ablate/frames";

export type MadeRun = {
  readonly id?: string;
  readonly name?: string;
  readonly steps?: number;
  readonly start?: number;
  readonly resumes?: string | null;
  /** Steps of one frame. */
  readonly block?: number;
  /** Parameters with ratios. */
  readonly parameters?: number;
  readonly metrics?: readonly string[];
  readonly config?: Readonly<Record<string, unknown>>;
  readonly rank?: number;
  /** Further keys of the frame `run`. */
  readonly more?: Readonly<Record<string, unknown>>;
  /** Null: its process was killed. */
  readonly end?: "finished" | "failed" | "stopped" | null;
};

/** Returns the frames of a run, one after the other. */
export function framesOf(run: MadeRun = {}): Buffer[] {
  const { steps = 100, start = 0, block = 20, end = "finished" } = run;
  const frames = [runFrame(run), declareFrame()];
  for (let first = start; first < steps; first += block) {
    frames.push(stepsFrame(run, first, Math.min(block, steps - first)));
    frames.push(metricsFrame(first));
  }
  if (end !== null)
    frames.push(frame({ type: "end", state: end, reason: end, seconds: steps / 10 }));
  return frames;
}

export function frame(head: Frame["head"], arrays: Frame["arrays"] = {}): Buffer {
  return encodeFrame({ head, arrays });
}

export function runFrame(run: MadeRun): Buffer {
  const { id = "run-id", name = "gpt/base", start = 0, resumes = null, parameters = 3 } = run;
  const { config = { lr: 0.1, layers: [1, 2] }, rank = 0, more = {} } = run;
  return frame({
    ...{
      type: "run",
      id,
      name,
      config,
      seed: 7,
      framework: "pytorch",
      steps: null,
      start,
      resumes,
    },
    parameters: Array.from({ length: parameters }, (_, i) => ({
      ...{ name: `layer${i}.weight`, shape: [4, 4], layer: `layer${i}` },
      ...{ kind: i + 1 === parameters ? "output" : "hidden", role: "weight" },
    })),
    ...{ ratios: "rms", every: 1, rank, world: 1, host: "elsewhere", pid: 1, time: start },
    ...{ provenance: { python: "3.11", torch: "2.15" } },
    ...more,
  });
}

export function declareFrame(): Buffer {
  return frame({ type: "declare", metrics: [{ name: "accuracy", unit: "%", goal: "max" }] });
}

export function stepsFrame(
  { parameters = 3, metrics = [] }: MadeRun,
  first: number,
  count: number,
): Buffer {
  const steps = Array.from({ length: count }, (_, i) => first + i);
  const width = metrics.length;
  return frame(
    { type: "steps", first, count, seconds: (first + count) / 10, metrics },
    {
      loss: Float64Array.from(steps, (step) => 4 / (1 + step / 50) + (step % 7) / 100),
      lr: Float64Array.from(steps, (step) => 0.1 / (1 + step / 1000)),
      ratios: Float32Array.from(
        { length: count * parameters },
        (_, i) => 1e-3 * (1 + ((first * parameters + i) % 11)),
      ),
      metrics: Float64Array.from({ length: count * width }, (_, i) => first * width + i),
    },
  );
}

export function metricsFrame(step: number): Buffer {
  const arrays = {
    steps0: Float64Array.of(step),
    numbers0: Float64Array.of(step / 100),
    steps1: Float64Array.of(step, step + 1),
    numbers1: Float64Array.of(2, Number.NaN),
  };
  return frame({ type: "metrics", series: ["accuracy", "valid_loss"] }, arrays);
}
