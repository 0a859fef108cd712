#!/bin/sh
# Install what forge3d needs from the system: a Python with venv, a C++ compiler, Mesa's EGL, and for the tests Node (peers
# to compare with) and two caches, nginx and Varnish (publishing behind them).
# Installs with apt-get when it may (root, or sudo without a password); otherwise says exactly what is missing.
# Usage: tools/setup.sh [--without-node]
set -eu

missing=""
need() { missing="$missing $1"; }

python=${PYTHON:-python3}
"$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || need "python3 python3-venv"

# The native library is compiled when the package is installed.
[ -n "${CXX:-}" ] || command -v c++ >/dev/null 2>&1 || command -v clang++ >/dev/null 2>&1 || need "g++ libc6-dev"

has_library() { ldconfig -p 2>/dev/null | grep -q "$1" || /sbin/ldconfig -p 2>/dev/null | grep -q "$1"; }
has_library libEGL.so.1 || need libegl1
has_library libGL.so.1 || need libgl1
# A vendor library behind libEGL: NVIDIA's own or Mesa's, which also draws on the CPU.
ls /usr/share/glvnd/egl_vendor.d/*.json >/dev/null 2>&1 || need "libegl-mesa0 libgl1-mesa-dri"

if [ "${1:-}" != "--without-node" ]; then
    command -v node >/dev/null 2>&1 || need nodejs
    command -v npm >/dev/null 2>&1 || need npm
    PATH="$PATH:/usr/sbin" command -v nginx >/dev/null 2>&1 || need nginx-light
    PATH="$PATH:/usr/sbin" command -v varnishd >/dev/null 2>&1 || need varnish
fi

[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "forge3d needs these packages (Debian names), and there is no apt-get here to install them:$missing" >&2
    exit 1
fi
if [ "$(id -u)" = 0 ]; then
    as_root=""
elif sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    echo "forge3d needs system packages. Run this, then make again:" >&2
    echo "    sudo apt-get install -y$missing" >&2
    exit 1
fi
echo "Installing:$missing"
$as_root apt-get update -qq
# The caches are programs for the tests: a web server that starts with the machine is not wanted.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap '$as_root rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
    $as_root chmod 755 "$policy"
fi
# shellcheck disable=SC2086 # the list is meant to be split
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing
