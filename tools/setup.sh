#!/bin/sh
# Prepares this folder: `setup.sh core` for the demo, `setup.sh dev` for the tests.
# Everything lands in .venv, node_modules and src/lianshu/web/static/vendor; a second run with
# unchanged locks does nothing. As root on Debian or Ubuntu it also installs Debian's packages.
set -eu
cd "$(dirname "$0")/.."
lock=${1:?"usage: tools/setup.sh core|dev"}

say() { printf '%s\n' "setup: $*" >&2; }
fail() { say "$*"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

can_install() { [ "$(id -u)" = 0 ] && have apt-get; }

install_debian() { # packages…; a failure is reported, and whoever needs them decides
    say "installing from Debian: $*"
    apt-get update -qq >/dev/null || say "apt-get update failed; trying with the lists at hand."
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" \
        </dev/null >var/apt.log 2>&1 || { tail -n 5 var/apt.log >&2; say "could not install: $*"; }
}

find_python() { # the first Python of at least 3.11
    candidates=${PYTHON:-python3 python3.13 python3.12 python3.11}
    for candidate in $candidates; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    fail "Python 3.11 or newer is missing (looked for $candidates). Install it, or name it: PYTHON=/path/to/python3 make"
}

make_venv() {
    if .venv/bin/python -c 'import pip' 2>/dev/null; then return; fi
    python=$(find_python)
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        if can_install; then install_debian "python$version-venv"; fi
        "$python" -c 'import ensurepip, venv' 2>/dev/null ||
            fail "$python has no venv module. As root: apt-get install python$version-venv"
    fi
    rm -rf .venv
    "$python" -m venv .venv
}

digest() { cat "$@" | cksum | tr ' ' '-'; }

install_python() { # the dev lock holds every pin of the core lock, so its stamp serves both
    for name in "$lock" dev; do
        wanted=$(digest pyproject.toml "requirements/$name.txt")
        if [ "$(cat ".venv/.$name" 2>/dev/null)" = "$wanted" ]; then return; fi
    done
    wanted=$(digest pyproject.toml "requirements/$lock.txt")
    say "installing requirements/$lock.txt into .venv"
    pip=".venv/bin/python -m pip --quiet --quiet --disable-pip-version-check --no-input"
    $pip install --require-hashes -r "requirements/$lock.txt"
    $pip install --no-deps --no-build-isolation --no-index -e .
    printf '%s\n' "$wanted" >".venv/.$lock"
}

install_assets() {
    vendor=src/lianshu/web/static/vendor
    wanted=$(digest package-lock.json tools/assets.mjs tools/icons.txt)
    if [ "$(cat "$vendor/.stamp" 2>/dev/null)" = "$wanted" ] && [ -d node_modules ]; then return; fi
    have node || fail "Node.js is missing. As root on Debian or Ubuntu: apt-get install nodejs npm"
    have npm || fail "npm is missing. As root on Debian or Ubuntu: apt-get install npm"
    say "installing package-lock.json into node_modules"
    npm ci --silent --no-progress || fail "npm ci failed; run \`npm ci\` to see why."
    node tools/assets.mjs >&2
    printf '%s\n' "$wanted" >"$vendor/.stamp"
}

install_test_services() { # what only the tests need; run_tests.py names what is still missing
    can_install || return 0
    wanted=""
    have chromium || wanted="$wanted chromium"
    { have fc-list && [ -n "$(fc-list :lang=zh-cn family)" ]; } || wanted="$wanted fontconfig fonts-noto-cjk"
    # Playwright's driver is linked against it and does not bring it.
    ls /usr/lib/*/libatomic.so.1 >/dev/null 2>&1 || wanted="$wanted libatomic1"
    have java || wanted="$wanted default-jre-headless"
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || wanted="$wanted postgresql"
    [ -n "$wanted" ] || return 0
    # The tests start their own server in a temporary folder: Debian's need not make one.
    mkdir -p /etc/postgresql-common/createcluster.d
    echo "create_main_cluster = off" >/etc/postgresql-common/createcluster.d/lianshu-tests.conf
    # shellcheck disable=SC2086  # a list of words
    install_debian $wanted
    rm -f /etc/postgresql-common/createcluster.d/lianshu-tests.conf
}

mkdir -p var
make_venv
install_python
install_assets
.venv/bin/python -m tools.messages compile
if [ "$lock" = dev ]; then install_test_services; fi
