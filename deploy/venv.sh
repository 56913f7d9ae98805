# Sourced in the product's folder with a list of requirements: make .venv of python3, or say in one line what lacks.
lacks() {
  echo "$1" >&2
  exit 1
}

if ! .venv/bin/python -c 'import pip' 2> /dev/null; then
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null ||
    lacks "需要 Python 3.11 以上 / Python 3.11 or later is needed (Debian 12, Ubuntu 24.04): apt-get install python3"
  python3 -c 'import ensurepip, venv' 2> /dev/null ||
    lacks "缺少 python3-venv，请先安装 / python3-venv is missing, install it first: apt-get install python3-venv"
  python3 -m venv .venv
fi
.venv/bin/python -m pip install -q --disable-pip-version-check -r "$1"
