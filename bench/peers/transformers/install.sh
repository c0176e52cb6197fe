#!/bin/sh
# Installs what `npm run bench -- transformers` compares with into .cache/transformers; no part of the package.
set -eu
cd "$(dirname "$0")/../../.."
python3 -m venv .cache/transformers
.cache/transformers/bin/pip install --quiet -r bench/peers/transformers/requirements.txt
.cache/transformers/bin/python -c 'import torch, transformers; print("torch", torch.__version__, "transformers", transformers.__version__)'
