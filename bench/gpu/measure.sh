#!/usr/bin/env bash
# On a machine with an NVIDIA GPU: builds the libraries, checks them, and runs the benchmarks on them.
#   bench/gpu/measure.sh [FOLDER of the results, .cache/gpu/results by default]
set -euo pipefail
cd "$(dirname "$0")/../.."
results=${1:-.cache/gpu/results}
mkdir -p "$results"

nvidia-smi --query-gpu=name,compute_cap,driver_version,memory.total --format=csv | tee "$results/gpu.txt"
folder=$(bench/gpu/build.sh | tail -n 1)
node scripts/build-native.mjs
node --import tsx bench/gpu/check.ts "$folder" | tee "$results/check.txt"
for name in decode loop; do
  node bench/run.mjs $name --lib-dir="$folder" --gpu=cuda | tee "$results/$name.txt"
done
