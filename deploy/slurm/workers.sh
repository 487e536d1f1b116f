#!/bin/bash
# Workers of ablate on a Slurm cluster. Every job of the array is one machine's share of them; none is a run:
#
#   export ABLATE_ON='postgres://lab_worker@lab/ablate?sslmode=verify-full'    # the password is in ~/.pgpass
#   sbatch --array=0-31 deploy/slurm/workers.sh
#
# Options before the script are for sbatch and replace those below; those after it are for `ablate worker`.
#SBATCH --job-name=ablate
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=4
#SBATCH --mem-per-cpu=1G
#SBATCH --time=4:00:00
# Queued again after preemption and after a lost node.
#SBATCH --requeue
# 60 s before the time limit, or up to 60 s earlier; to what `srun` started, not to this script (that would be B:TERM).
#SBATCH --signal=TERM@60
#SBATCH --open-mode=append

# srun takes no --cpus-per-task from sbatch since Slurm 22.05.
srun --cpus-per-task="${SLURM_CPUS_PER_TASK:-1}" \
  "${ABLATE:-ablate}" worker --workers "${SLURM_CPUS_PER_TASK:-1}" --exit-when-idle 2m "$@"
status=$?

# 128 and more: told to leave by a signal, here that of the time limit. The next job goes on with the grid.
# A task is named as one of its array: the number of its job alone may be that of the whole array.
if [ "$status" -ge 128 ]; then
  scontrol requeue "${SLURM_ARRAY_JOB_ID:-$SLURM_JOB_ID}${SLURM_ARRAY_TASK_ID:+_$SLURM_ARRAY_TASK_ID}"
fi
exit "$status"
