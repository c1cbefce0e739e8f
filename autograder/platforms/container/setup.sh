#!/usr/bin/env bash
# Gradescope runs this once, as root, while it builds the image.
set -euo pipefail
umask 022

source=/autograder/source
home=/opt/autograder
exported=$(cat "$source/python-version") # the Python whose packages are pinned in requirements.txt

suitable() {
    command -v "$1" >/dev/null && "$1" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

python=
for candidate in "python$exported" python3.13 python3.12 python3.11 python3; do
    if suitable "$candidate"; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    apt-get update
    for candidate in "python$exported" python3.12 python3.11; do
        if apt-get install -y --no-install-recommends "$candidate" "$candidate-venv" && suitable "$candidate"; then
            python=$candidate
            break
        fi
    done
fi
if [ -z "$python" ]; then
    echo "autograder: this image has no Python of version 3.11 or newer; choose a newer base image" >&2
    exit 3
fi

"$python" -m venv "$home"
"$home/bin/python" -m pip install --disable-pip-version-check --no-cache-dir --no-deps --only-binary :all: \
    --requirement "$source/requirements.txt" "$source"/*.whl

# Hidden tests, reference and salt are for root; student code runs as another user and may read public data only.
cp -r "$source/course" "$home/"
chmod -R go-rwx "$source" "$home/course/solutions" "$home/course/reference" "$home/course/gradescope.json"
chmod -R go+rX "$home/course/assignments"

XDG_CACHE_HOME="$home/cache" "$home/bin/python" -I -m autograder.platforms.gradescope_run self-test
