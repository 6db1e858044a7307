#!/usr/bin/env bash
# Build .venv: this project editable, pinned by constraints.txt, mmcv with its ops against the torch
# that is installed. Needs Python 3.11 or newer with headers, gcc, g++ and make; nothing else.
#
# mmcv has no wheel for current PyTorch releases, so it is compiled once per (mmcv, torch, Python)
# and kept in the user's cache. On a CPU build most of the time would go into reading PyTorch's
# headers 85 times over; a precompiled header reads them once (a compiler that cannot use it ignores it).
set -euo pipefail
cd "$(dirname "$0")"
fail() { printf '\nset-up stopped: %s\n' "$1" >&2; exit 1; }

python=${PYTHON:-python3}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
  fail "Python 3.11 or newer is needed, '$python' is $("$python" -V 2>&1). Name another: PYTHON=python3.12 make …"
command -v g++ >/dev/null || fail "g++ is missing: apt-get install g++"
headers=$("$python" -c 'import sysconfig; print(sysconfig.get_paths()["include"])')
[ -f "$headers/Python.h" ] || fail "Python's headers are missing: apt-get install python3-dev"

# uv, from the PATH or bootstrapped into .uv
if command -v uv >/dev/null; then uv=uv
else
  uv=.uv/bin/uv
  if [ ! -x $uv ]; then
    echo "bootstrapping uv"
    { "$python" -m venv .uv && .uv/bin/python -m pip install -q uv; } >/dev/null 2>&1 ||
      "$python" -m pip install -q --target .uv uv >/dev/null 2>&1 ||
      fail "uv could not be installed: install it (pipx install uv), or apt-get install python3-venv"
  fi
fi

# --clear: a half-made environment is no start
"$uv" venv -q --clear --python "$python" .venv
py=.venv/bin/python
install() { "$uv" pip install -q --python $py --constraints constraints.txt "$@"; }
start=$SECONDS
install torch torchvision setuptools wheel ninja psutil
echo "torch installed ($((SECONDS - start)) s)"

version=$(sed -n 's/^onedl-mmcv==//p' constraints.txt)
key=$($py -c 'import sys, torch
cuda = f"cu{torch.version.cuda}" if torch.cuda.is_available() else "cpu"
print(f"torch{torch.__version__}-{cuda}-cp{sys.version_info.major}{sys.version_info.minor}")')
cache=${XDG_CACHE_HOME:-$HOME/.cache}/vit-transfer-bench/mmcv-$version-$key
if ! compgen -G "$cache/*.whl" >/dev/null; then
  start=$SECONDS
  echo "compiling mmcv $version with its ops for $key (once per machine, minutes)"
  mkdir -p "$cache"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  install pip
  $py -m pip download -q --no-deps --no-binary :all: --no-build-isolation -d "$work" "onedl-mmcv==$version" \
    >"$work/log" 2>&1 || { tail -5 "$work/log" >&2; fail "the source of onedl-mmcv $version could not be downloaded"; }
  tar -xzf "$work"/*.tar.gz -C "$work"
  source=$(echo "$work"/onedl_mmcv-*/)
  export MMCV_WITH_OPS=1 MAX_JOBS=${MAX_JOBS:-$(nproc)}
  case $key in *-cpu-*)
    export CFLAGS="-O1 -g0" CXXFLAGS="-O1 -g0"
    header=$source/mmcv/ops/csrc/common/pytorch_cpp_helper.hpp
    flags=$($py - 2>/dev/null <<'PY'
import sysconfig
from setuptools._distutils.ccompiler import new_compiler
from setuptools._distutils.sysconfig import customize_compiler
from torch.utils.cpp_extension import include_paths

compiler = new_compiler()
customize_compiler(compiler)
includes = [f"-I{path}" for path in (*include_paths(), sysconfig.get_paths()["include"])]
defines = ["-DTORCH_API_INCLUDE_EXTENSION_H", "-DTORCH_EXTENSION_NAME=_ext", "-std=c++17"]
print(" ".join([*compiler.compiler_so[1:], *includes, *defines]))
PY
)
    # shellcheck disable=SC2086
    "${CXX:-c++}" $flags -x c++-header "$header" -o "$header.gch" 2>/dev/null || rm -f "$header.gch"
  esac
  (PATH=$PWD/.venv/bin:$PATH; "$py" -m pip wheel -q --no-deps --no-build-isolation -w "$work/wheel" "$source") \
    >"$work/log" 2>&1 || { tail -40 "$work/log" >&2; fail "mmcv did not compile, see above. Its C++ is for torch >= 2.6, < 2.14, gcc >= 9"; }
  mv "$work"/wheel/*.whl "$cache"
  echo "mmcv compiled ($((SECONDS - start)) s)"
fi

start=$SECONDS
install "$cache"/*.whl -e '.[dev]'
if ! $py -c 'from mmcv.ops import nms, roi_align' 2>"$cache/import.log"; then
  tail -3 "$cache/import.log" >&2
  rm -rf "$cache"
  fail "mmcv was built without working ops for $key (above: its error). The cached build is removed;
run make again to rebuild it, and see 'make doctor' if it happens twice."
fi
echo "project installed ($((SECONDS - start)) s)"
