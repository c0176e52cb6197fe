"""Continuations that a model might write where it guesses: other readings of the text, slips, other styles."""

import re

from execution import within_time
from tasks import BY_INPUT, compiled, draw_param, passes

SLIPS = [('>', '>='), ('>=', '>'), ('<', '<='), ('<=', '<'), ('==', '!='), ('!=', '=='), (' + ', ' - '), (' - ', ' + '),
         ('max(', 'min('), ('min(', 'max('), ('sum(', 'max('), ('len(', 'sum('), ('[0]', '[-1]'), ('[-1]', '[0]'),
         (' in ', ' not in '), ('upper', 'lower'), ('lower', 'upper'), (', reverse=True', ''), ('[::2]', '[1::2]'),
         ('find', 'rfind'), (' * ', ' + '), (' // ', ' % '), (' % ', ' // ')]  # fmt: skip


def continuations(rng, task, j, horizon, count=3):
    """`count` continuations of up to `horizon` lines after the reference's first `j`."""
    lines, owners = task.lines()
    first = owners[j]
    # A step that began before line j keeps its parameters and its style.
    start = first if owners.index(first) >= j else first + 1
    return [_continuation(rng, task, lines, j, start, horizon) for _ in range(count)]


def _continuation(rng, task, lines, j, start, horizon):
    other = _variant(rng, task, start)
    new = other.lines()[0]
    if new[:j] != lines[:j]:
        new = lines
    part = new[j : j + horizon]
    if new is not lines and rng.random() < 0.15:
        i = rng.randrange(len(part))
        part = part[:i] + [slipped(rng, part[i], [task.arguments[0][0]] + [s.output for s in task.steps])] + part[i + 1 :]
    return part


def _variant(rng, task, start):
    draw = rng.random()
    params, choices = [dict(step.params) for step in task.steps], [(i, p, v) for i, step in enumerate(task.steps) if i >= start
                                                                  for p, v in step.open.items()]  # fmt: skip
    if draw < 0.25:
        return task
    if draw < 0.7 and choices:
        for i, name, values in choices:
            params[i][name] = rng.choice(values)
    elif draw < 0.85:
        _redraw(rng, task, start, params)
    task = task.with_params(params)
    if draw >= 0.85 and start < len(task.steps):
        _swap(rng, task.steps[rng.randrange(start, len(task.steps))])
    if rng.random() < 0.3:
        for step in task.steps[start:]:
            step.style = rng.randrange(len(step.primitive.styles))
    if rng.random() < 0.25:
        task.inline = not task.inline
    return task


def _redraw(rng, task, start, params):
    tunable = [i for i in range(start, len(task.steps)) if params[i]]
    if not tunable:
        return
    i = rng.choice(tunable)
    constant = params[i].get('k')
    params[i] = {name: draw_param(rng, options) for name, options in task.steps[i].primitive.params.items()}
    if constant is not None and rng.random() < 0.75:
        params[i]['k'] = constant


def _swap(rng, step):
    """Another primitive of the same types in the place of this one."""
    alike = [p for p in BY_INPUT[step.primitive.takes] if p.gives == step.primitive.gives and not p.first_only]
    if alike:
        step.primitive = rng.choice(alike)
        step.params = {name: draw_param(rng, options) for name, options in step.primitive.params.items()}
        step.style = 0


def slipped(rng, line, names):
    """The line with one small mistake, or as it was where none fits."""
    slips = [(a, b) for a, b in SLIPS if re.search(r'(?<![<>=!])' + re.escape(a) + r'(?!=)', line)]
    numbers = list(re.finditer(r'(?<!\w)\d+', line))
    draw = rng.random()
    if slips and draw < 0.5:
        return line.replace(*rng.choice(slips), 1)
    if numbers and draw < 0.8:
        number = rng.choice(numbers)
        return line[: number.start()] + str(max(0, int(number[0]) + rng.choice([-1, 1, 1, 2]))) + line[number.end() :]
    used = [name for name in names if re.search(rf'\b{name}\b', line)]
    if used and len(names) > 1:
        name = rng.choice(used)
        return re.sub(rf'\b{name}\b', rng.choice([n for n in names if n != name]), line)
    return line


def confirmed(task, prefix, candidates):
    """Of the candidates, as far as the tests confirm them: complete ones that pass every test, shown and hidden,
    and unfinished ones that do with a `return` of the variable assigned last."""
    found = []
    for lines in candidates:
        if not lines:
            continue
        assigned = re.match(r'    (\w+) = ', lines[-1])
        if not lines[-1].startswith('    return '):
            if not assigned:
                continue
            lines = lines + [f'    return {assigned[1]}']
        if lines not in found and _passes('\n'.join(prefix + lines), task):
            found.append(lines)
    return found


def _passes(source, task):
    try:
        return within_time(lambda: passes(compiled(source, task.name), task.shown + task.hidden))
    except Exception:
        return False
