#!/usr/bin/env bash
# Test with several processes, on GPUS GPUs (or as many CPU processes where there are none).
#   tools/dist_test.sh CONFIG CHECKPOINT GPUS [arguments of test.py]
# Several machines: set NNODES, NODE_RANK, MASTER_ADDR (and PORT, 29500) on each; PYTHON (python).
# DIST_TIMEOUT (600): seconds to wait for a machine, or a process, that does not answer.
#   e.g. tools/dist_test.sh configs/smallbig_r50_k400.py work_dirs/smallbig_r50_k400/epoch_110.pth 8
set -euo pipefail
if [ $# -lt 3 ] || [[ "$1" =~ ^(-h|--help)$ ]]; then
    sed -n '2,6s/^# \{0,1\}//p' "$0"
    [[ "${1:-}" =~ ^(-h|--help)$ ]] && exit 0 || exit 2
fi
config=$1 checkpoint=$2 gpus=$3
shift 3
export NNODES="${NNODES:-1}" MASTER_ADDR="${MASTER_ADDR:-127.0.0.1}" DIST_TIMEOUT="${DIST_TIMEOUT:-600}"
tools=$(dirname "$0")
exec "${PYTHON:-python}" "$tools/_torchrun.py" --nnodes="$NNODES" --nproc_per_node="$gpus" \
    --node_rank="${NODE_RANK:-0}" --master_addr="$MASTER_ADDR" --master_port="${PORT:-29500}" \
    --rdzv_conf="timeout=$DIST_TIMEOUT" \
    "$tools/test.py" "$config" "$checkpoint" --launcher pytorch "$@"
