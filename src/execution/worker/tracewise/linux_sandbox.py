"""What keeps a process of the host's own Python from the host: Landlock, seccomp, limits, another user.

System calls by number through ctypes, so that nothing has to be installed. Numbers of x86_64 and aarch64.
"""

import ctypes
import os
import platform
import resource
import signal

_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_NOBODY = 65534
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_EPERM, _EROFS = 1, 30

_ARCHITECTURES = {
    'x86_64': (0xC000003E, 317, dict(
        read=0, write=1, close=3, stat=4, fstat=5, lstat=6, poll=7, lseek=8, mmap=9, mprotect=10, munmap=11, brk=12,
        rt_sigaction=13, rt_sigprocmask=14, rt_sigreturn=15, pread64=17, access=21, select=23, sched_yield=24, mremap=25,
        madvise=28, nanosleep=35, getpid=39, exit=60, uname=63, getcwd=79, readlink=89, gettimeofday=96, getrusage=98,
        sysinfo=99, times=100, getuid=102, getgid=104, geteuid=107, getegid=108, getppid=110, sigaltstack=131, gettid=186,
        time=201, futex=202, sched_getaffinity=204, getdents64=217, clock_gettime=228, clock_getres=229,
        clock_nanosleep=230, exit_group=231, openat=257, newfstatat=262, readlinkat=267, faccessat=269, pselect6=270,
        ppoll=271, set_robust_list=273, getrandom=318, membarrier=324, statx=332, rseq=334, faccessat2=439,
    )),
    'aarch64': (0xC00000B7, 277, dict(
        getcwd=17, faccessat=48, openat=56, close=57, getdents64=61, lseek=62, read=63, write=64, pread64=67, pselect6=72,
        ppoll=73, readlinkat=78, newfstatat=79, fstat=80, exit=93, exit_group=94, futex=98, set_robust_list=99,
        nanosleep=101, clock_gettime=113, clock_getres=114, clock_nanosleep=115, sched_getaffinity=123, sched_yield=124,
        sigaltstack=132, rt_sigaction=134, rt_sigprocmask=135, rt_sigreturn=139, times=153, uname=160, getrusage=165,
        gettimeofday=169, getpid=172, getppid=173, getuid=174, geteuid=175, getgid=176, getegid=177, gettid=178,
        sysinfo=179, brk=214, munmap=215, mremap=216, mmap=222, mprotect=226, madvise=233, getrandom=278, membarrier=283,
        statx=291, rseq=293, faccessat2=439,
    )),
}  # fmt: skip


class _Ruleset(ctypes.Structure):
    _fields_ = [('fs', ctypes.c_uint64), ('net', ctypes.c_uint64), ('scoped', ctypes.c_uint64)]


class _PathRule(ctypes.Structure):
    _pack_ = 1
    _fields_ = [('allowed', ctypes.c_uint64), ('fd', ctypes.c_int32)]


class _Instruction(ctypes.Structure):
    _fields_ = [('code', ctypes.c_uint16), ('jt', ctypes.c_uint8), ('jf', ctypes.c_uint8), ('k', ctypes.c_uint32)]


class _Filter(ctypes.Structure):
    _fields_ = [('length', ctypes.c_uint16), ('instructions', ctypes.POINTER(_Instruction))]


def drop_privileges():
    """No way up, and nobody's rights where this ran as root."""
    _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if os.getuid() == 0:
        try:
            os.setgroups([])
        except OSError:
            pass
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)


def die_with_parent():
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def restrict_files(readable):
    """Landlock: files of these folders can be read, nothing else can be opened, nothing connected. Gives its ABI, or 0."""
    abi = _libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), 1)
    if abi < 1:
        return 0
    rights = (1 << 13) - 1
    for since, right in ((2, 13), (3, 14), (5, 15)):
        if abi >= since:
            rights |= 1 << right
    ruleset = _Ruleset(rights, 3 if abi >= 4 else 0, 3 if abi >= 6 else 0)
    size = 8 if abi < 4 else 16 if abi < 6 else 24
    fd = _libc.syscall(_CREATE_RULESET, ctypes.byref(ruleset), ctypes.c_size_t(size), 0)
    if fd < 0:
        return 0
    for path in readable:
        try:
            folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            continue
        rule = _PathRule(0b1100 if os.path.isdir(path) else 0b100, folder)
        _libc.syscall(_ADD_RULE, fd, 1, ctypes.byref(rule), 0)
        os.close(folder)
    done = _libc.syscall(_RESTRICT_SELF, fd, 0)
    os.close(fd)
    return abi if done == 0 else 0


def build_filter():
    """The seccomp program, or None on an architecture that has no table here."""
    if platform.machine() not in _ARCHITECTURES:
        return None
    audit, _, numbers = _ARCHITECTURES[platform.machine()]
    code = []

    def emit(op, k, jump_true=0, jump_false=0):
        code.append(_Instruction(op, jump_true, jump_false, k))

    emit(0x20, 4)  # the architecture
    emit(0x15, audit, 1, 0)
    emit(0x06, _KILL)
    emit(0x20, 0)  # the number of the call
    if audit == 0xC000003E:
        emit(0x35, 0x40000000, 0, 1)  # the x32 ABI has numbers of its own
        emit(0x06, _KILL)
    emit(0x15, numbers['openat'], 0, 5)
    emit(0x20, 16 + 8 * 2)
    emit(0x54, 0o3 | 0o100 | 0o1000 | 0o2000 | 0o20000000)  # writing, creating, truncating, appending, O_TMPFILE
    emit(0x15, 0, 0, 1)
    emit(0x06, _ALLOW)
    emit(0x06, _ERRNO | _EROFS)
    for name, number in sorted(numbers.items(), key=lambda item: item[1]):
        if name != 'openat':
            emit(0x15, number, 0, 1)
            emit(0x06, _ALLOW)
    emit(0x06, _ERRNO | _EPERM)
    instructions = (_Instruction * len(code))(*code)
    return _Filter(len(code), instructions)


def restrict_calls(built):
    """seccomp: from now on only these calls; not to be undone. Whether it took."""
    if built is None:
        return False
    _, number, _ = _ARCHITECTURES[platform.machine()]
    return _libc.syscall(number, 1, 0, ctypes.byref(built)) == 0


def address_space():
    """Bytes of address space in use; read before Landlock, since /proc tells too much to be left open."""
    with open('/proc/self/statm') as statm:
        return int(statm.read().split()[0]) * resource.getpagesize()


def set_limits(address_space_bytes, cpu_seconds):
    limits = {
        resource.RLIMIT_AS: address_space_bytes,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 64,
        resource.RLIMIT_NPROC: 0,
    }
    for which, limit in limits.items():
        resource.setrlimit(which, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
