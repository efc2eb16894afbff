#!/usr/bin/env bash
# Set up and run the default tests; arguments go to pytest.
#   e.g. tools/run_tests.sh -m slow
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/_environment.sh
ensure_environment requirements.txt requirements-test.txt
"$python" -m ruff check .
"$python" -m ruff format --check .
"$python" -m mypy
# Two processes of one thread each: tiny networks run slower on two threads that share two cores.
export OMP_NUM_THREADS=1
exec "$python" -m pytest -n 2 --dist loadfile "$@"
