"""Answers requests on standard input, one JSON object a line, with generate() of Hugging Face transformers."""

import json
import sys
from time import perf_counter

import torch
from from_gguf import read_model
from transformers.generation.streamers import BaseStreamer
from transformers.utils import logging

model = None


class Clock(BaseStreamer):
    """When each new token was there; the first call brings the prompt."""

    def __init__(self):
        self.times = []

    def put(self, value):
        self.times.append(perf_counter())

    def end(self):
        pass


def load(path, dtype, threads):
    global model
    model = None
    torch.set_num_threads(threads)
    model = read_model(path, getattr(torch, dtype))
    # Every window has as many tokens, whatever random weights say.
    model.generation_config.eos_token_id = None
    model.generation_config.pad_token_id = 0
    return {}


def logits(tokens):
    return {"logits": model(torch.tensor([tokens])).logits[0, -1].float().tolist()}


def guided(unconditional, conditional, guidanceStrength, newTokens):
    """Greedy, guided tokens, and the time from the first of them to the last: prompts are no part of it."""
    clock = Clock()
    output = model.generate(
        torch.tensor([conditional]),
        attention_mask=torch.ones(1, len(conditional), dtype=torch.long),
        negative_prompt_ids=torch.tensor([unconditional]),
        guidance_scale=guidanceStrength,
        do_sample=False,
        max_new_tokens=newTokens,
        streamer=clock,
    )
    tokens = output[0, len(conditional) :].tolist()
    return {"tokens": tokens, "ms": (clock.times[-1] - clock.times[1]) * 1000}


logging.set_verbosity_error()
operations = {"load": load, "logits": logits, "guided": guided}
with torch.inference_mode():
    for line in sys.stdin:
        request = json.loads(line)
        answer = operations[request.pop("operation")](**request)
        print(json.dumps(answer), flush=True)
