#!/usr/bin/env bash
# Train as a Slurm job of GPUS processes (8), GPUS_PER_NODE (8) a machine, CPUS_PER_TASK (8).
#   tools/slurm_train.sh PARTITION JOB_NAME CONFIG [arguments of train.py]
# SRUN_ARGS holds further arguments of srun; PORT (29500); DIST_TIMEOUT (600): seconds to wait for a
# process that does not answer.
#   e.g. GPUS=16 tools/slurm_train.sh gpu smallbig configs/smallbig_r50_k400.py
set -euo pipefail
if [ $# -lt 3 ] || [[ "$1" =~ ^(-h|--help)$ ]]; then
    sed -n '2,6s/^# \{0,1\}//p' "$0"
    [[ "${1:-}" =~ ^(-h|--help)$ ]] && exit 0 || exit 2
fi
partition=$1 job=$2
shift 2
gpus=${GPUS:-8} per_node=${GPUS_PER_NODE:-8}
per_node=$((gpus < per_node ? gpus : per_node))
export MASTER_PORT="${PORT:-29500}"
# shellcheck disable=SC2086  # SRUN_ARGS is a list of words
exec srun -p "$partition" --job-name="$job" --gres="gpu:$per_node" --ntasks="$gpus" \
    --ntasks-per-node="$per_node" --cpus-per-task="${CPUS_PER_TASK:-8}" --kill-on-bad-exit=1 \
    ${SRUN_ARGS:-} "${PYTHON:-python}" -u "$(dirname "$0")/train.py" "$@" --launcher slurm
