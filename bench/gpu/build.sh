#!/bin/sh
# Builds llama.cpp's shared libraries, with CUDA for compute capability 9.0, from the source that node-llama-cpp ships,
# so that they are of the release that the addon expects. The last line of stdout is the folder to give as `libDir`.
#   bench/gpu/build.sh             needs nvcc, CMake, a C++ compiler, git; CUDA_ARCHITECTURES=90-real by default
#   bench/gpu/build.sh --no-cuda   the same without ggml-cuda
set -eu
cd "$(dirname "$0")/../.."

cuda=ON
[ "${1:-}" != --no-cuda ] || cuda=OFF
architectures=${CUDA_ARCHITECTURES:-90-real}
jobs=${JOBS:-$(nproc)}
source=.cache/gpu/source
build=.cache/gpu/build-cuda-$cuda

# 35 MB of the 207 of a whole checkout. Where the folder was brought along, neither git nor node_modules is needed.
if [ ! -f "$source/CMakeLists.txt" ]; then
  rm -rf "$source"
  git clone --quiet --no-checkout node_modules/node-llama-cpp/llama/gitRelease.bundle "$source"
  git -C "$source" checkout --quiet HEAD -- CMakeLists.txt LICENSE cmake ggml include src vendor
  rm -rf "$source/.git"
fi

set -- -S "$source" -B "$build" -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=ON \
  -DGGML_NATIVE=OFF -DGGML_BACKEND_DL=ON -DGGML_OPENMP=OFF -DLLAMA_BUILD_COMMON=OFF -DLLAMA_BUILD_TESTS=OFF \
  -DLLAMA_BUILD_TOOLS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_SERVER=OFF -DLLAMA_BUILD_APP=OFF \
  -DGGML_CUDA=$cuda
if [ $cuda = ON ]; then
  set -- "$@" -DCMAKE_CUDA_ARCHITECTURES="$architectures" -DCMAKE_CUDA_COMPILER="$(command -v nvcc)" -DGGML_CUDA_NCCL=OFF
  # Where the toolkit is nvcc alone, cuBLAS may be that of the Python packages.
  blas=$(python3 bench/gpu/find-cublas.py .cache/gpu/cublas)
  # The pool of memory that grows in place needs the driver's library, which a toolkit may lack.
  driver=$(ldconfig -p | awk '/libcuda\.so\.1 / { print $NF; exit }')
  if [ -n "$driver" ]; then set -- "$@" -DCUDA_cuda_driver_LIBRARY="$driver"; else set -- "$@" -DGGML_CUDA_NO_VMM=ON; fi
  if [ -n "$blas" ]; then
    set -- "$@" -DCUDA_cublas_LIBRARY="$blas/lib/libcublas.so" -DCUDA_cublasLt_LIBRARY="$blas/lib/libcublasLt.so" \
      -DCMAKE_CUDA_FLAGS="-isystem $blas/include" -DCMAKE_CXX_FLAGS="-isystem $blas/include"
  fi
fi
if command -v ninja > /dev/null; then set -- "$@" -G Ninja; fi

cmake "$@" >&2
cmake --build "$build" --parallel "$jobs" --target llama ggml ggml-base ggml-cpu $([ $cuda = OFF ] || echo ggml-cuda) >&2
ls -l "$build"/bin/*.so >&2
echo "$PWD/$build/bin"
