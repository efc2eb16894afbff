# Sourced by quickstart.sh and run_tests.sh.
#   ensure_environment REQUIREMENTS...
# sets `python` to an interpreter with these pinned packages: the active one if it has them, else
# .venv's, which is made and filled as needed.

pins_met() { # PYTHON REQUIREMENTS...
    "$1" "$(dirname "${BASH_SOURCE[0]}")/_pins.py" "${@:2}"
}

find_python() { # an interpreter of a supported version that starts
    local candidate
    for candidate in "${PYTHON:-python3}" python3.11 python3.12 python3.13 python3.10 python; do
        if "$candidate" -c 'import sys, venv; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' \
            2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    echo "error: no Python 3.10 to 3.13 with venv found; install one, or set PYTHON to it" >&2
    return 2
}

ensure_environment() {
    local active files=() file
    for file in "$@"; do files+=(-r "$file"); done
    active=$(find_python)
    if pins_met "$active" "$@"; then
        python=$active
        export PYTHONPATH="$PWD${PYTHONPATH:+:$PYTHONPATH}"
        return
    fi
    python=.venv/bin/python
    if [ ! -x $python ]; then
        echo "Making .venv with $active"
        "$active" -m venv .venv
    fi
    if ! pins_met $python "$@"; then
        echo "Installing the pinned packages into .venv (torch first; some minutes)"
        $python -m pip install --quiet "$(grep '^torch==' requirements.txt)"
        $python -m pip install --quiet "${files[@]}"
        $python -m pip install --quiet --no-deps --no-build-isolation --editable .
        pins_met $python "$@" || {
            echo "error: .venv has not the pinned packages; remove it and run this again" >&2
            return 2
        }
    fi
}
