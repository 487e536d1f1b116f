/** Entry of a helper: does parts of kernel calls in the memory of a run that another thread owns. */
import { workerData } from "node:worker_threads";
import { instantiate } from "../wasm-modules.ts";
import { END, JOIN, Lane } from "./lane.ts";
import { callKernel, type Kernel, splittable } from "./split-kernels.ts";
import type { HelperData } from "./team.ts";

function help({ module, memory, tiles, lanes, index }: HelperData): void {
  const lane = new Lane(lanes, index);
  const { job } = lane;
  let kernels: readonly Kernel[] = [];
  try {
    for (lane.next(); job[0] !== END; lane.next()) {
      if (job[0] === JOIN) {
        const own = instantiate(module, memory, tiles);
        own.useRoom(own.heapBase() + index * own.roomBytes());
        kernels = splittable(own);
      }
      const kernel = kernels[job[0] ?? JOIN];
      if (kernel !== undefined) callKernel(kernel, job);
    }
  } catch (error) {
    lane.fail();
    throw error;
  }
}

help(workerData);
