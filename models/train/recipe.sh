#!/usr/bin/env bash
# Makes the embedded model from nothing: `models/train/recipe.sh FOLDER [THREADS]`, from the repository's root, after
# `npm ci && npm run build:native` and `pip install -r models/train/requirements.txt`. What is there already is kept,
# so a run that was stopped goes on at the stage that it was in. Stages and figures: models/MODEL_CARD.md.
set -euo pipefail
work=$1 threads=${2:-1} train=models/train
export PYTHONHASHSEED=0
mkdir -p "$work"

texts() { # NAME SPLIT TASKS SEED [HORIZONS]: samples with the library's own prompt and signal
  [ -s "$work/$1.jsonl.gz" ] && return
  python3 $train/samples.py "$3" "$4" "$2" "$work/$1.samples" "${5:-short}"
  npx tsx $train/render.ts < "$work/$1.samples" | gzip -1 > "$work/$1.part"
  mv "$work/$1.part" "$work/$1.jsonl.gz"
  rm "$work/$1.samples"
}
counterfactual() { # NAME KIND SEED TEXTS…
  [ -s "$work/$1.jsonl.gz" ] && return
  python3 $train/counterfactual.py "${@:2}" | gzip -1 > "$work/$1.part"
  mv "$work/$1.part" "$work/$1.jsonl.gz"
}
encode() { # OUT SEED [--next-line] TEXTS…
  [ -s "$work/$1.npz" ] || python3 $train/encode.py "$work/tokenizer.json" "$work/$1.npz" "$2" "${@:3}"
}
stage() { # DATA CHECKPOINT OPTIONS…: goes on from its own checkpoint where there is one
  [ -e "$work/$2.done" ] && return
  local own=()
  [ ! -s "$work/$2.pt" ] || own=(--resume "$work/$2.pt")
  python3 $train/train.py "$work/$1.npz" "$work/$2.pt" --validation "$work/validation.npz" --threads "$threads" "${@:3}" "${own[@]}" | tee -a "$work/$2.log"
  touch "$work/$2.done"
}

for shard in $(seq 12); do texts "train$shard" train 6000 "$shard"; done
texts validation heldout 400 7
[ -s "$work/tokenizer.json" ] || python3 $train/tokenizer.py <(zcat "$work/train1.jsonl.gz") 2048 "$work/tokenizer.json"
encode validation 1 "$work/validation.jsonl.gz"
encode first 1 "$work"/train{1..8}.jsonl.gz
encode all 2 "$work"/train{1..12}.jsonl.gz

stage first plain --vocabulary 2048 --steps 800 --tokens 10000 --guided 0.4 --prompt-loss 0.2 --seed 1
stage all signal --resume "$work/plain.pt" --steps 1700 --tokens 12000 --guided 0.6 --seed 2

counterfactual verdicts verdicts 1 "$work"/train{1..12}.jsonl.gz
encode verdicts 3 --next-line "$work/verdicts.jsonl.gz"
stage verdicts verdicts --resume "$work/signal.pt" --steps 2100 --tokens 8000 --guided 0.7 --seed 3

for shard in 13 14; do texts "long$shard" train 6000 "$shard" long; done
for seed in 1 2; do counterfactual "exchanged$seed" exchanged "$seed" "$work"/long{13,14}.jsonl.gz; done
counterfactual more-verdicts verdicts 2 "$work"/train{9..12}.jsonl.gz
encode settled 4 --next-line "$work"/{exchanged{1,2},more-verdicts,long{13,14}}.jsonl.gz
stage settled settled --resume "$work/verdicts.pt" --steps 2600 --decay 500 --tokens 12000 --guided 0.6 --seed 4

if [ ! -s "$work/on-policy.jsonl" ]; then
  python3 $train/export.py "$work/settled.pt" "$work/tokenizer.json" "$work/settled.gguf"
  python3 $train/heldout.py train 4000 99 "$work/on-policy-tasks.jsonl"
  npx tsx $train/on-policy.ts "$work/settled.gguf" "$work/on-policy-tasks.jsonl" 700 1050 > "$work/on-policy.part"
  mv "$work/on-policy.part" "$work/on-policy.jsonl"
fi
for seed in 3 4; do counterfactual "on-policy$seed" exchanged "$seed" "$work/on-policy.jsonl"; done
encode last 5 --next-line "$work/on-policy.jsonl" "$work"/{on-policy{3,4},exchanged1,long{13,14}}.jsonl.gz
stage last final --resume "$work/settled.pt" --steps 3100 --decay 500 --tokens 12000 --guided 0.5 --rate 0.015 --adam-rate 0.003 --seed 5

python3 $train/export.py "$work/final.pt" "$work/tokenizer.json" "$work/embedded-q8_0.gguf"
python3 $train/probe.py "$work/final.pt" "$work/tokenizer.json" "$work/validation.jsonl.gz"
python3 $train/heldout.py heldout 400 1 "$work/heldout.jsonl" "$work"/{train,long}*.jsonl.gz
python3 $train/heldout.py unseen 200 1 "$work/unseen.jsonl" "$work"/{train,long}*.jsonl.gz
