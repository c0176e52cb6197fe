"""`python3 train.py DATA.npz CHECKPOINT --steps N [--decay M] [--resume CHECKPOINT] …`

Muon (orthogonalised momentum; Jordan et al. 2024) on the matrices, AdamW on embeddings and norms. The rate warms
up, stays, and falls linearly to 0 over the last `--decay` steps. A checkpoint every 200 steps holds all that
`--resume` needs; a file CHECKPOINT.stop ends a run in order, with exit status 1.
"""

import argparse
import os
import time

import numpy as np
import torch
import torch.nn.functional as F
from model import Config, LanguageModel, load, save

WARM_UP = 100
PROMPT_SHARE = 0.2  # of the tokens given: a sample of them is enough


class Samples:
    """Batches of samples of like length, drawn without replacement from those with, or without, a signal."""

    def __init__(self, path, rng):
        stored = np.load(path)
        self.ids, self.offsets, self.starts, self.guided = (stored[name] for name in ('ids', 'offsets', 'starts', 'guided'))
        self.lengths, self.rng = np.diff(self.offsets), rng
        self.left = {kind: [] for kind in (False, True)}
        self.epochs = {kind: 0 for kind in (False, True)}

    def batch(self, guided, tokens):
        if not self.left[guided]:
            self._refill(guided, tokens)
        return self.padded(self.left[guided].pop())

    def _refill(self, guided, tokens):
        rows = self.rng.permutation(np.flatnonzero(self.guided == guided))
        self.epochs[guided] += 1
        for part in np.array_split(rows, max(1, len(rows) // 3000)):
            part = part[np.argsort(self.lengths[part] + self.rng.integers(0, 8, len(part)))]
            batch = []
            for row in part[::-1]:
                if batch and self.lengths[batch].max() * (len(batch) + 1) > tokens:
                    self.left[guided].append(batch)
                    batch = []
                batch.append(row)
        self.rng.shuffle(self.left[guided])

    def padded(self, rows):
        """ids (batch, length), and of each position: whether its next token is asked for, whether it is given."""
        length = -(-self.lengths[rows].max() // 32) * 32
        ids, place = np.zeros((len(rows), length), np.int64), np.arange(length)[None]
        for i, row in enumerate(rows):
            ids[i, : self.lengths[row]] = self.ids[self.offsets[row] : self.offsets[row + 1]]
        starts, lengths = self.starts[rows][:, None], self.lengths[rows][:, None]
        asked, given = (place >= starts - 1) & (place < lengths - 1), place < starts - 1
        return torch.from_numpy(ids), torch.from_numpy(asked), torch.from_numpy(given)


def losses(model, ids, asked, given, share):
    """Summed over the tokens asked for, and over a random `share` of those given, in nats."""
    hidden, following = model.hidden(ids), ids.roll(-1, 1).flatten()
    asked, given = asked.flatten(), (given & (torch.rand(given.shape) < share)).flatten()
    answer = F.cross_entropy(model.logits(hidden[asked]), following[asked], reduction='sum')
    prompt = F.cross_entropy(model.logits(hidden[given]), following[given], reduction='sum') if share else hidden.new_zeros(())
    return answer, prompt, int(asked.sum())


class Muon:
    def __init__(self, model, momentum=0.95, decay=0.02):
        self.model, self.momentum, self.decay = model, momentum, decay
        self.buffers = [torch.zeros(len(group), *group[0].shape) for group in self._groups(lambda p: p.data)]

    def _groups(self, read):
        """Matrices of equal shape together; q, k, v and gate, up are matrices of their own."""
        layers, width, hidden = self.model.layers, self.model.config.width, self.model.config.hidden
        return [
            [matrix for layer in layers for matrix in (*read(layer.qkv).split(width), read(layer.out))],
            [matrix for layer in layers for matrix in read(layer.gate_up).split(hidden)],
            [read(layer.down) for layer in layers],
        ]

    def parameters(self):
        return [p for layer in self.model.layers for p in (layer.qkv, layer.out, layer.gate_up, layer.down)]

    @torch.no_grad()
    def step(self, rate):
        groups = zip(self._groups(lambda p: p.data), self._groups(lambda p: p.grad), self.buffers)
        for weights, gradients, buffer in groups:
            gradient = torch.stack(gradients)
            buffer.lerp_(gradient, 1 - self.momentum)
            update = orthogonalised(gradient.lerp(buffer, self.momentum))
            scale = max(1, update.shape[1] / update.shape[2]) ** 0.5
            for weight, change in zip(weights, update):
                weight.mul_(1 - rate * self.decay).add_(change, alpha=-rate * scale)


def orthogonalised(matrices, steps=5):
    """Newton-Schulz, the quintic of Jordan et al."""
    x = matrices / (matrices.norm(dim=(1, 2), keepdim=True) + 1e-7)
    tall = x.shape[1] > x.shape[2]
    x = x.transpose(1, 2) if tall else x
    for _ in range(steps):
        gram = x @ x.transpose(1, 2)
        x = 3.4445 * x + (-4.775 * gram + 2.0315 * gram @ gram) @ x
    return x.transpose(1, 2) if tall else x


@torch.no_grad()
def validate(model, samples):
    """Nats a token asked for, without and with the signal."""
    found = []
    for guided in (False, True):
        rows = np.flatnonzero(samples.guided == guided)
        rows = rows[np.argsort(samples.lengths[rows])]
        total, count = 0.0, 0
        for i in range(0, len(rows), 24):
            answer, _, n = losses(model, *samples.padded(rows[i : i + 24]), 0)
            total, count = total + float(answer), count + n
        found.append(total / max(1, count))
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('data')
    parser.add_argument('checkpoint')
    parser.add_argument('--validation')
    parser.add_argument('--steps', type=int, required=True)
    parser.add_argument('--decay', type=int, default=0)
    parser.add_argument('--resume')
    parser.add_argument('--tokens', type=int, default=12_000, help='of a step, both kinds together')
    parser.add_argument('--guided', type=float, default=0.5, help='share of them with a signal')
    parser.add_argument('--prompt-loss', type=float, default=0.05, help='weight of a token given, against one asked for')
    parser.add_argument('--rate', type=float, default=0.02)
    parser.add_argument('--adam-rate', type=float, default=0.004)
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('--seed', type=int, default=1)
    for name in ('vocabulary', 'width', 'layers', 'heads', 'hidden'):
        parser.add_argument(f'--{name}', type=int)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    samples = Samples(options.data, np.random.default_rng(options.seed))
    validation = Samples(options.validation, np.random.default_rng(0)) if options.validation else None
    if options.resume:
        model, stored = load(options.resume)
    else:
        shape = {name: value for name in ('vocabulary', 'width', 'layers', 'heads', 'hidden') if (value := getattr(options, name))}
        model, stored = LanguageModel(Config(**shape)), {}
    muon = Muon(model)
    matrices = {id(p) for p in muon.parameters()}
    adam = torch.optim.AdamW([p for p in model.parameters() if id(p) not in matrices], lr=options.adam_rate, betas=(0.9, 0.95), weight_decay=0)
    if 'adam' in stored:
        adam.load_state_dict(stored['adam'])
        muon.buffers = stored['muon']
    step, seen = stored.get('step', 0), stored.get('seen', 0)
    print(f'{sum(p.numel() for p in model.parameters())} parameters, {len(samples.lengths)} samples, from step {step}', flush=True)
    last, started, sums = options.steps, time.time(), np.zeros(4)

    def keep():
        save(model, options.checkpoint, adam=adam.state_dict(), muon=muon.buffers, step=step, seen=seen)

    while step < last and not os.path.exists(options.checkpoint + '.stop'):
        factor = min(1, (step + 1) / WARM_UP, (last - step) / options.decay if options.decay else 1)
        model.zero_grad()
        batches = [
            samples.batch(guided, int(options.tokens * share))
            for guided, share in ((False, 1 - options.guided), (True, options.guided)) if share
        ]
        for batch in batches:
            # Each kind counts the same, however many tokens it asks for.
            answer, prompt, count = losses(model, *batch, PROMPT_SHARE if options.prompt_loss else 0)
            ((answer + prompt * (options.prompt_loss / PROMPT_SHARE)) / count / len(batches)).backward()
            guided = batch is batches[-1]
            sums[2 * guided : 2 * guided + 2] += (float(answer.detach()), count)
            seen += batch[0].numel()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        muon.step(options.rate * factor)
        for group in adam.param_groups:
            group['lr'] = options.adam_rate * factor
        adam.step()
        step += 1
        if step % 50 == 0:
            plain, guided = sums[0] / max(1, sums[1]), sums[2] / max(1, sums[3])
            minutes, sums = (time.time() - started) / 60, np.zeros(4)
            print(f'{step} {seen / 1e6:.2f}M rate {factor:.2f} plain {plain:.4f} guided {guided:.4f} {minutes:.1f} min epochs {list(samples.epochs.values())}', flush=True)
        if step % 200 == 0:
            keep()
            if validation:
                print('validation: plain %.4f guided %.4f' % tuple(validate(model, validation)), flush=True)
    keep()
    if validation:
        print('end: plain %.4f guided %.4f' % tuple(validate(model, validation)), flush=True)
    if step < last:
        raise SystemExit(f'stopped after step {step} of {last}')


if __name__ == '__main__':
    main()
