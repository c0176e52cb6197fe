"""Steps a program through `python -m pdb` over a pseudo-terminal, as the reference drives its debugger.

Arguments: the program's file, the most steps. Prints how many steps it took and their time in ms. A step is
`s` and what came before the next prompt; the reference's wait for silence (0.1 s a step) is not imitated.
"""

import os
import pty
import sys
import time

path, most = sys.argv[1], int(sys.argv[2])
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.executable, [sys.executable, '-m', 'pdb', path])


def read_to_prompt():
    seen = b''
    while b'(Pdb) ' not in seen:
        part = os.read(terminal, 1 << 16)
        seen = (seen + part)[-4096:]
    return seen


started = time.perf_counter()
steps = 0
try:
    read_to_prompt()
    while steps < most:
        os.write(terminal, b's\n')
        seen = read_to_prompt()
        steps += 1
        if b'The program finished' in seen:
            break
        os.write(terminal, b'p locals()\n')
        read_to_prompt()
except OSError:
    pass
print(steps, (time.perf_counter() - started) * 1000)
os.kill(pid, 9)
