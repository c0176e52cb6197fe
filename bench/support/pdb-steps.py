"""Steps a program through `python -m pdb` over a pseudo-terminal, as the reference drives its debugger.

Arguments: the program's file, the most steps, the silence in s that ends an answer. Prints how many steps it took
and their time in ms. A step is `s` and its answer, then the locals. The reference takes an answer to be over after
0.1 s of silence; with 0 the answer is over at the next prompt, the least that any such way can take.
"""

import os
import pty
import select
import sys
import time

path, most, silence = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.executable, [sys.executable, '-m', 'pdb', path])


def read_to_prompt():
    seen = b''
    while b'(Pdb) ' not in seen:
        part = os.read(terminal, 1 << 16)
        seen = (seen + part)[-4096:]
    return seen


def read_to_silence():
    seen = b''
    while select.select([terminal], [], [], silence)[0]:
        seen = (seen + os.read(terminal, 1 << 16))[-4096:]
    return seen


read_answer = read_to_silence if silence > 0 else read_to_prompt
started = time.perf_counter()
steps = 0
try:
    read_to_prompt()
    while steps < most:
        os.write(terminal, b's\n')
        seen = read_answer()
        steps += 1
        if b'The program finished' in seen:
            break
        os.write(terminal, b'p locals()\n')
        read_to_prompt()
except OSError:
    pass
print(steps, (time.perf_counter() - started) * 1000)
os.kill(pid, 9)
