#!/usr/bin/env bash
# Train with several processes, on GPUS GPUs (or as many CPU processes where there are none).
#   tools/dist_train.sh CONFIG GPUS [arguments of train.py]
# Several machines: set NNODES, NODE_RANK, MASTER_ADDR (and PORT, 29500) on each; PYTHON (python).
# DIST_TIMEOUT (600): seconds to wait for a machine, or a process, that does not answer.
# MAX_RESTARTS (0): how often all start again, from the newest checkpoint, when a process dies.
#   e.g. tools/dist_train.sh configs/smallbig_r50_k400.py 8
set -euo pipefail
if [ $# -lt 2 ] || [[ "$1" =~ ^(-h|--help)$ ]]; then
    sed -n '2,7s/^# \{0,1\}//p' "$0"
    [[ "${1:-}" =~ ^(-h|--help)$ ]] && exit 0 || exit 2
fi
config=$1 gpus=$2
shift 2
export NNODES="${NNODES:-1}" MASTER_ADDR="${MASTER_ADDR:-127.0.0.1}" DIST_TIMEOUT="${DIST_TIMEOUT:-600}"
tools=$(dirname "$0")
restarts=${MAX_RESTARTS:-0}
meet=(--node_rank="${NODE_RANK:-0}" --master_addr="$MASTER_ADDR" --master_port="${PORT:-29500}"
    --rdzv_conf="timeout=$DIST_TIMEOUT")
if [ "$NNODES" -gt 1 ] && [ "$restarts" -gt 0 ]; then # all machines start again when one does
    export TORCH_DISABLE_SHARE_RDZV_TCP_STORE=1 # https://github.com/pytorch/pytorch/issues/135712
    first=$([ "${NODE_RANK:-0}" -eq 0 ] && echo true || echo false)
    meet=(--rdzv_backend=c10d --rdzv_endpoint="$MASTER_ADDR:${PORT:-29500}"
        --rdzv_conf="is_host=$first,join_timeout=$DIST_TIMEOUT,read_timeout=$DIST_TIMEOUT")
    [ "$first" = false ] || meet+=(--local_addr="$MASTER_ADDR")
fi
exec "${PYTHON:-python}" "$tools/_torchrun.py" --nnodes="$NNODES" --nproc_per_node="$gpus" \
    --max_restarts="$restarts" "${meet[@]}" \
    "$tools/train.py" "$config" --launcher pytorch "$@"
