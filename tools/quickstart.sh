#!/usr/bin/env bash
# Set up, render MotionShapes, train SmallBig-R23 and its baselines on it, test and count them, and
# print one table. It can be interrupted and run again, and reuses what is there.
#   e.g. tools/quickstart.sh            (about 10 minutes on 2 CPU cores, after the downloads)
#        tools/quickstart.sh --short    (a minute or two: shows that everything runs)
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/_environment.sh
ensure_environment requirements.txt
export OMP_WAIT_POLICY=passive # threads that wait leave the cores to those that decode
exec "$python" -m smallbig_mm quickstart "$@"
