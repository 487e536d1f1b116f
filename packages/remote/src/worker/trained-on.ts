/** Facts of the machine that trains, which a run's provenance gets instead of those of its coordinator. */
import { machineProvenance } from "@ablate/runner";
import type { Provenance } from "@ablate/store";

/** What schedulers call the place where they have started this process, by variables of its environment. */
const PLACES: Readonly<Record<string, string>> = {
  slurm_job: "SLURM_JOB_ID",
  slurm_array_task: "SLURM_ARRAY_TASK_ID",
  kubernetes_namespace: "POD_NAMESPACE",
  kubernetes_pod: "POD_NAME",
};

/** Returns the facts of this machine and of the job or the pod that this process is. */
export function trainedOn(
  version: string,
  environment: Readonly<Record<string, string | undefined>>,
): Provenance {
  const given = Object.entries(PLACES).flatMap(([fact, name]) => {
    const value = environment[name] ?? "";
    return value === "" ? [] : [[fact, value] as const];
  });
  return {
    ...machineProvenance(version),
    ...Object.fromEntries(given),
  };
}
