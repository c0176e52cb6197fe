/** A program that reaches for a Linux host; prints ESCAPED where it got through. */
export interface Probe {
  readonly tries: string;
  readonly program: string;
  /** Whether it gets through in any plain Python, whoever runs it: it then serves as a control. */
  readonly needsNothing?: true;
  /** Whether it gives a system call by x86_64's number. */
  readonly x64?: true;
}

const guarded = (body: string) =>
  `try:\n${body
    .split('\n')
    .map((line) => `    ${line}`)
    .join(
      '\n',
    )}\n    print("ESCAPED")\nexcept (OSError, MemoryError, ValueError, ImportError, AttributeError, RuntimeError) as error:\n    pass`;
const open = (tries: string, body: string): Probe => ({ tries, program: guarded(body), needsNothing: true });
const shut = (tries: string, body: string): Probe => ({ tries, program: guarded(body) });
const raw = (tries: string, call: string): Probe => ({
  ...shut(
    tries,
    `import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\nif libc.syscall(${call}) < 0: raise OSError(ctypes.get_errno(), "")`,
  ),
  x64: true,
});

/** Every road to a Linux host that rlimits alone leave open, and more. */
export const linuxProbes: readonly Probe[] = [
  open('reading /etc/passwd', 'open("/etc/passwd").read()'),
  open('listing the root', 'import os\nos.listdir("/")'),
  open('reading this process’s environment by /proc', 'open("/proc/self/environ").read()'),
  open(
    'reading the server’s environment',
    'import os\nopen("/proc/%d/environ" % os.getppid(), "rb").read() or 1 / 1',
  ),
  open('listing processes', 'import os\nos.listdir("/proc")'),
  open('writing to /tmp', 'open("$MARKER", "w").write("x")\nimport os\nos.unlink("$MARKER")'),
  open('a temporary file', 'import tempfile\ntempfile.TemporaryFile()'),
  open('making a folder', 'import os\nos.mkdir("$MARKER")\nos.rmdir("$MARKER")'),
  open('a symbolic link', 'import os\nos.symlink("/", "$MARKER")\nos.unlink("$MARKER")'),
  open('a shell', 'import os\nif os.system("true") != 0: raise OSError'),
  open('subprocess', 'import subprocess\nsubprocess.run(["true"], check=True)'),
  open('fork', 'import os\npid = os.fork()\nif pid == 0: os._exit(0)\nos.waitpid(pid, 0)'),
  open('posix_spawn', 'import os\nos.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)'),
  open('a thread', 'import threading\nt = threading.Thread(target=int)\nt.start()\nt.join()'),
  open('a socket', 'import socket\nsocket.socket()'),
  open('a Unix socket', 'import socket\nsocket.socketpair()'),
  open('a connection to the host’s loopback', 'import socket\nsocket.socket()'),
  open('a signal to the parent', 'import os\nos.kill(os.getppid(), 0)'),
  open('memory as a file', 'import os\nos.memfd_create("x")'),
  open(
    'shared memory',
    'import mmap\nfrom multiprocessing import shared_memory\ns = shared_memory.SharedMemory(create=True, size=10)\ns.unlink()',
  ),
  open('a pipe', 'import os\nos.pipe()'),
  open('epoll', 'import select\nselect.epoll()'),
  open('inotify', 'import ctypes\nif ctypes.CDLL(None).inotify_init() < 0: raise OSError'),
  shut('exec', 'import os\nos.execv("/bin/sh", ["sh", "-c", "echo ESCAPED"])'),
  shut('connecting', 'import socket\nsocket.create_connection(("127.0.0.1", $PORT), 1)'),
  shut('connecting to the network', 'import socket\nsocket.create_connection(("192.0.2.1", 80), 0.2)'),
  shut('listening', 'import socket\ns = socket.socket()\ns.bind(("127.0.0.1", 0))\ns.listen()'),
  shut('killing the server', 'import os, signal\nos.kill(os.getppid(), signal.SIGKILL)'),
  shut('killing its group', 'import os, signal\nos.killpg(os.getpgid(0), signal.SIGKILL)'),
  shut('killing the host', 'import os, signal\nos.kill($PID, signal.SIGTERM)'),
  shut('killing everything', 'import os, signal\nos.kill(-1, signal.SIGKILL)'),
  shut('reading the host’s memory', 'open("/proc/$PID/mem", "rb").read(1)'),
  shut(
    'the server’s descriptors',
    'import os\nfor fd in range(6, 200):\n    try:\n        os.read(fd, 1)\n    except OSError:\n        continue\n    break\nelse:\n    raise OSError',
  ),
  shut('the server’s descriptors by /proc', 'import os\nopen("/proc/%d/fd/0" % os.getppid(), "rb")'),
  shut('writing one’s own memory', 'open("/proc/self/mem", "r+b")'),
  shut('becoming root', 'import os\nos.setuid(0)'),
  shut('raising a limit', 'import resource\nresource.setrlimit(resource.RLIMIT_NPROC, (1000, 1000))'),
  shut('raising the memory limit', 'import resource\nresource.setrlimit(resource.RLIMIT_AS, (-1, -1))'),
  shut('chroot', 'import os\nos.chroot("/")'),
  shut('a new namespace', 'import ctypes\nif ctypes.CDLL(None).unshare(0x10000000) != 0: raise OSError'),
  shut(
    'mount',
    'import ctypes\nif ctypes.CDLL(None).mount(b"none", b"/tmp", b"tmpfs", 0, None) != 0: raise OSError',
  ),
  shut(
    'ptrace',
    'import ctypes, os\nif ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0) != 0: raise OSError',
  ),
  shut('the host name', 'import socket\nsocket.sethostname("x")'),
  shut('the clock', 'import time\ntime.clock_settime(time.CLOCK_REALTIME, 0)'),
  shut('a name by the resolver', 'import socket\nsocket.getaddrinfo("example.org", 80)'),
  shut('the home folder', 'import os\nos.listdir(os.path.expanduser("~root"))'),
  shut('a device', 'open("/dev/sda", "rb")'),
  shut('the terminal', 'open("/dev/tty", "w")'),
  shut('a file by a relative path', 'open("../../../../etc/hostname").read()'),
  shut(
    'the environment handed on',
    'import os\nextra = set(os.environ) - {"PATH", "HOME", "LANG", "TZ", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MPLBACKEND", "LC_CTYPE"}\nif not extra: raise OSError',
  ),
  raw('open, by its old number', '2, b"/etc/passwd", 0'),
  raw('openat that creates', '257, -100, b"$MARKER", 0o101, 0o600'),
  raw('openat2', '437, -100, b"/etc/passwd", ctypes.create_string_buffer(24), 24'),
  raw('clone', '56, 17, 0, 0, 0, 0'),
  raw('clone3', '435, ctypes.create_string_buffer(88), 88'),
  raw('vfork', '58'),
  raw('execve', '59, b"/bin/true", 0, 0'),
  raw('execveat', '322, -100, b"/bin/true", 0, 0, 0'),
  raw('socket', '41, 2, 1, 0'),
  raw('io_uring', '425, 8, ctypes.create_string_buffer(200)'),
  raw('bpf', '321, 0, 0, 0'),
  raw('userfaultfd', '323, 1'),
  raw('perf events', '298, ctypes.create_string_buffer(200), 0, -1, -1, 0'),
  raw('keys', '250, 0, -3, 1'),
  raw('another process’s memory', '310, $PID, 0, 0, 0, 0, 0'),
  raw('pidfd', '434, $PID, 0'),
  raw('a filter of its own', '157, 22, 2, 0, 0, 0'),
  raw('sendfile', '40, 1, 0, 0, 10'),
  raw('splice', '275, 0, 0, 1, 0, 10, 0'),
  {
    tries: 'every call that is not allowed',
    x64: true,
    program: `import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
allowed = {0,1,3,4,5,6,7,8,9,10,11,12,13,14,15,17,21,23,24,25,28,35,39,60,63,79,89,96,98,99,100,102,104,107,108,110,131,186,201,202,204,217,228,229,230,231,257,262,267,269,270,271,273,318,324,332,334,439}
for number in range(0, 470):
    if number in allowed: continue
    ctypes.set_errno(0)
    if libc.syscall(number, -1, 0, 0, 0, 0, 0) != -1 or ctypes.get_errno() != errno.EPERM:
        print("ESCAPED", number, ctypes.get_errno())`,
  },
];
