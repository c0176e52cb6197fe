/** A program that reaches for the host. It prints ESCAPED where it got through by its own account. */
export interface Escape {
  readonly tries: string;
  /** How the locked interpreter ends it. */
  readonly ends: string;
  readonly program: string;
}

const core = `import _imp, importlib.machinery
core = _imp.create_builtin(importlib.machinery.ModuleSpec('_pyodide_core', None))
`;
const got = (expression: string, before = '') => `${before}
value = ${expression}
print('ESCAPED', value)`;
/** Goes on to the next of many where one is refused. */
const each = (body: string, items: string, before = '') => `${before}
for item in ${items}:
    try:
        value = ${body}
    except Exception as error:
        continue
    if value not in (None, -1, 0, False, '', b'', []):
        print('ESCAPED', item, value)`;

const shell: Escape[] = [
  {
    tries: 'os.system',
    ends: 'returned',
    program: 'import os\nif os.system("touch /tmp/escaped") == 0: print("ESCAPED")',
  },
  { tries: 'os.popen', ends: 'raised OSError', program: got('os.popen("id").read()', 'import os') },
  {
    tries: 'subprocess',
    ends: 'raised OSError',
    program: got('subprocess.run(["id"], capture_output=True)', 'import subprocess'),
  },
  { tries: 'os.fork', ends: 'raised OSError', program: got('os.fork()', 'import os') },
  {
    tries: 'os.execv',
    ends: 'raised OSError',
    program: got('os.execv("/bin/sh", ["sh", "-c", "id"])', 'import os'),
  },
  {
    tries: 'os.posix_spawn',
    ends: 'raised AttributeError',
    program: got('os.posix_spawn("/bin/sh", ["sh"], {})', 'import os'),
  },
  { tries: 'pty.spawn', ends: 'raised OSError', program: got('pty.spawn("/bin/sh")', 'import pty') },
  {
    tries: 'multiprocessing',
    ends: 'raised ModuleNotFoundError',
    program:
      'import multiprocessing\np = multiprocessing.Process(target=print, args=("ESCAPED",))\np.start()\np.join()',
  },
  {
    tries: 'threading',
    ends: 'raised RuntimeError',
    program: 'import threading\nt = threading.Thread(target=print, args=("ESCAPED",))\nt.start()\nt.join()',
  },
  {
    tries: 'os.kill of the host',
    ends: 'raised PermissionError',
    program: `${got('os.kill(os.getppid(), 9)', 'import os')}\nos.kill(1, 0)`,
  },
  {
    tries: 'posix.system through the builtin module',
    ends: 'returned',
    program: 'import posix\nif posix.system("id") == 0: print("ESCAPED")',
  },
  {
    tries: 'a fresh posix module',
    ends: 'returned',
    program:
      'import _imp, importlib.machinery\nm = _imp.create_builtin(importlib.machinery.ModuleSpec("posix", None))\nif m.system("id") == 0: print("ESCAPED")',
  },
  {
    tries: 'webbrowser',
    ends: 'raised ModuleNotFoundError',
    program: 'import webbrowser\nif webbrowser.open("http://127.0.0.1/"): print("ESCAPED")',
  },
];

const javascript: Escape[] = [
  { tries: 'import js', ends: 'raised ModuleNotFoundError', program: got('js.process.env', 'import js') },
  {
    tries: 'import pyodide_js',
    ends: 'raised ModuleNotFoundError',
    program: got('pyodide_js._api', 'import pyodide_js'),
  },
  {
    tries: 'pyodide.code.run_js',
    ends: 'raised ModuleNotFoundError',
    program: got('run_js("process.env")', 'from pyodide.code import run_js'),
  },
  {
    tries: 'pyodide.ffi.to_js',
    ends: 'raised AttributeError',
    program: got('to_js([1]).constructor.constructor("return process")()', 'from pyodide.ffi import to_js'),
  },
  {
    tries: 'pyodide_http',
    ends: 'raised ModuleNotFoundError',
    program: got('pyodide_http', 'import pyodide_http'),
  },
  {
    tries: '_pyodide_core by import',
    ends: 'denied JsvArray_New',
    program: got('_pyodide_core.to_js([1])', 'import _pyodide_core'),
  },
  {
    tries: '_pyodide_core made again',
    ends: 'denied JsvArray_New',
    program: got('core.to_js([1]).constructor.constructor("return process")()', core),
  },
  {
    tries: 'create_proxy',
    ends: 'denied pyproxy_new_ex',
    program: got('core.create_proxy(print).constructor.constructor("return process")()', core),
  },
  {
    tries: 'create_once_callable',
    ends: 'denied create_once_callable',
    program: got('core.create_once_callable(print)', core),
  },
  {
    tries: 'every function of _pyodide_core',
    ends: 'denied JsException_new_helper',
    program: each('getattr(core, item)("process")', 'dir(core)', core),
  },
  {
    tries: 'JsProxy, subclassed',
    ends: 'raised TypeError',
    program: got('[c for c in object.__subclasses__() if "Js" in c.__name__][0]()'),
  },
  {
    tries: 'JsProxy found by gc',
    ends: 'returned',
    program: `import gc
for o in gc.get_objects():
    if type(o).__name__.startswith('Js') and type(o) is not type:
        print(type(o).__name__)
        print('ESCAPED', o.constructor.constructor('return process')())`,
  },
  {
    tries: 'frozen objects by gc.unfreeze',
    ends: 'denied JsvObject_toString',
    program: `import gc
gc.unfreeze()
for o in gc.get_objects():
    if type(o).__name__ in ('JsProxy', 'JsMethod', 'JsFinder') :
        print('ESCAPED', getattr(o, 'jsproxies', o))`,
  },
  {
    tries: 'the import hook of Pyodide',
    ends: 'returned',
    program:
      'import sys\nfor f in sys.meta_path + sys.path_hooks:\n    if "yodide" in getattr(type(f), "__module__", "") or hasattr(f, "jsproxies"): print("ESCAPED", f)',
  },
  {
    tries: 'modules in sys.modules',
    ends: 'returned',
    program:
      'import sys\nfor n, m in list(sys.modules.items()):\n    if "pyodide" in n or n == "js": print("ESCAPED", n)',
  },
  {
    tries: 'functions whose globals hold JavaScript',
    ends: 'returned',
    program: `import gc, types
for o in gc.get_objects():
    if type(o) is types.FunctionType:
        for k, v in list(o.__globals__.items()):
            if type(v).__name__.startswith('JsProxy'): print('ESCAPED', k, v.constructor.constructor('return process')())`,
  },
  {
    tries: 'the event loop of Pyodide',
    ends: 'returned',
    program:
      'import asyncio\nloop = asyncio.new_event_loop()\nprint(type(loop))\nif "webloop" in type(loop).__module__: print("ESCAPED")',
  },
  {
    tries: 'webloop by import',
    ends: 'raised NameError',
    program: got('webloop.WebLoop().call_later(0, print)', 'import pyodide.webloop as webloop'),
  },
  {
    tries: 'micropip',
    ends: 'raised ModuleNotFoundError',
    program: got('micropip.install("x")', 'import micropip'),
  },
  {
    tries: 'emscripten through ctypes',
    ends: 'raised MemoryError',
    program: got('ctypes.CDLL(None).emscripten_run_script_string(b"process.pid")', 'import ctypes'),
  },
  {
    tries: 'system through ctypes',
    ends: 'raised MemoryError',
    program: got('ctypes.CDLL(None).system(b"id")', 'import ctypes'),
  },
  { tries: '_ctypes', ends: 'raised MemoryError', program: got('_ctypes.dlopen(None, 0)', 'import _ctypes') },
  {
    tries: 'a fresh _ctypes',
    ends: 'raised OSError',
    program:
      'import _imp, importlib.machinery\nm = _imp.create_builtin(importlib.machinery.ModuleSpec("_ctypes", None))\naddress = m.dlsym(m.dlopen(None, 0), "system")\nprint("ESCAPED", m.call_function(address, (b"id",)))',
  },
  {
    tries: 'a call of C through a fresh _ctypes',
    ends: 'denied ffi_call_js',
    program:
      'import _imp, importlib.machinery\nm = _imp.create_builtin(importlib.machinery.ModuleSpec("_ctypes", None))\nfor address in range(1, 50):\n    print("ESCAPED", m.call_function(address, ()))',
  },
  {
    tries: 'a callback through ctypes',
    ends: 'raised MemoryError',
    program: 'import ctypes\n@ctypes.CFUNCTYPE(None)\ndef f(): print("ESCAPED")\nf()',
  },
  { tries: 'run_sync', ends: 'raised RuntimeError', program: got('core.run_sync(1)', core) },
];

const files: Escape[] = [
  {
    tries: 'host files',
    ends: 'returned',
    program: each(
      'open(item).read()',
      '["/etc/passwd", "/etc/hostname", "/proc/self/environ", "/proc/1/cmdline", "/etc/shadow", "/package.json", "package.json", "../package.json"]',
    ),
  },
  {
    tries: 'host folders',
    ends: 'returned',
    program: each(
      '[n for n in os.listdir(item) if n in ("passwd", "node_modules", "usr")]',
      '["/etc", "/usr", "/root", ".", "..", "/proc"]',
      'import os',
    ),
  },
  {
    tries: 'a path with parents',
    ends: 'raised FileNotFoundError',
    program: got('open("/../../../../etc/passwd").read()'),
  },
  { tries: 'a path by bytes', ends: 'raised FileNotFoundError', program: got('open(b"/etc/passwd").read()') },
  {
    tries: 'io.FileIO',
    ends: 'raised FileNotFoundError',
    program: got('io.FileIO("/etc/passwd").read()', 'import io'),
  },
  {
    tries: 'os.open',
    ends: 'raised FileNotFoundError',
    program: got('os.read(os.open("/etc/passwd", os.O_RDONLY), 10)', 'import os'),
  },
  {
    tries: 'open with a descriptor of a folder',
    ends: 'raised FileNotFoundError',
    program: got('os.open("etc/passwd", os.O_RDONLY, dir_fd=os.open("/", os.O_RDONLY))', 'import os'),
  },
  {
    tries: 'the standard input of the host',
    ends: 'returned',
    program: each(
      'open(item).read()',
      '["/dev/stdin", "/dev/fd/0", "/proc/self/fd/0", "/dev/tty", "/dev/tty1"]',
    ),
  },
  {
    tries: 'writing to the console of the host',
    ends: 'returned',
    program: each(
      'open(item, "w").write("x")',
      '["/dev/tty", "/dev/console", "/dev/stdout", "/dev/stderr", "/dev/tty1"]',
    ),
  },
  { tries: 'writing a file', ends: 'raised OSError', program: got('open("/tmp/escaped", "w").write("x")') },
  {
    tries: 'appending to a file',
    ends: 'raised OSError',
    program: got('open("/lib/python314.zip", "ab").write(b"x")'),
  },
  {
    tries: 'every way to change the file system',
    ends: 'returned',
    program: each(
      'getattr(os, item[0])(*item[1:]) is None',
      '[("mkdir", "/a"), ("rmdir", "/tmp"), ("unlink", "/lib/python314.zip"), ("rename", "/tmp", "/t"), ("symlink", "/", "/s"), ("link", "/lib/python314.zip", "/l"), ("chmod", "/tmp", 0), ("truncate", "/lib/python314.zip", 0), ("utime", "/tmp"), ("mknod", "/n"), ("chown", "/tmp", 0, 0), ("mkfifo", "/f")]',
      'import os',
    ),
  },
  {
    tries: 'tempfile',
    ends: 'raised FileNotFoundError',
    program: got('tempfile.TemporaryFile()', 'import tempfile'),
  },
  {
    tries: 'shutil',
    ends: 'raised OSError',
    program: got('shutil.copy("/lib/python314.zip", "/tmp/x")', 'import shutil'),
  },
  {
    tries: 'mounting the host',
    ends: 'raised ModuleNotFoundError',
    program: got('pyodide_js.mountNodeFS("/m", "/")', 'import pyodide_js'),
  },
  { tries: 'mount by name', ends: 'raised AttributeError', program: got('os.mount("/", "/m")', 'import os') },
  {
    tries: 'sqlite',
    ends: 'raised OperationalError',
    program: got('sqlite3.connect("/tmp/x.db").execute("create table t(a)")', 'import sqlite3'),
  },
  {
    tries: 'mmap of a host file',
    ends: 'raised OSError',
    program: got(
      'mmap.mmap(os.open("/lib/python314.zip", os.O_RDONLY), 4096, prot=mmap.PROT_READ)[:4]',
      'import mmap, os',
    ),
  },
  {
    tries: 'umask of the host',
    ends: 'returned',
    program: 'import os\nbefore = os.umask(0o77)\nprint(os.umask(before) == 0o77 and "ESCAPED")',
  },
  {
    tries: 'chdir of the host',
    ends: 'raised OSError',
    program: got('os.chdir("/tmp") or os.getcwd() == "/tmp"', 'import os'),
  },
  {
    tries: 'a very long path (exhausts JavaScript)',
    ends: 'returned',
    program:
      'import os\ntry: os.stat("/a" * 20_000_000)\nexcept OSError: pass\ntry: os.stat("a" * 100_000_000)\nexcept OSError: pass\ntry: open("/x" * 1_000_000)\nexcept OSError: pass',
  },
  {
    tries: 'very many descriptors',
    ends: 'returned',
    program:
      'import os\nfds = []\ntry:\n    while True: fds.append(os.open("/dev/null", os.O_RDONLY))\nexcept OSError: pass',
  },
  {
    tries: 'the devices of the sandbox',
    ends: 'returned',
    program: each('open(item, mode)', '["/dev/tracewise-trace", "/dev/tracewise-ask"]', 'mode = "wb"'),
  },
  {
    tries: 'questions of the judge',
    ends: 'returned',
    program:
      'import os\nfor fd in range(3, 20):\n    try:\n        os.write(fd, b\'{"op": "name"}\')\n        r = os.read(fd, 100)\n        if r not in (b"", b"\\x02\\0\\0\\0{}"): print("ESCAPED", fd, r)\n    except OSError: pass',
  },
];

const network: Escape[] = [
  {
    tries: 'socket.connect',
    ends: 'raised OSError',
    program: 'import socket\ns = socket.socket()\ns.connect(("127.0.0.1", 9))\nprint("ESCAPED")',
  },
  {
    tries: 'socket.create_connection',
    ends: 'raised gaierror',
    program: got('socket.create_connection(("127.0.0.1", 80), 1)', 'import socket'),
  },
  {
    tries: 'listening',
    ends: 'raised OSError',
    program: 'import socket\ns = socket.socket()\ns.bind(("", 0))\ns.listen()\nprint("ESCAPED")',
  },
  {
    tries: 'a datagram',
    ends: 'raised OSError',
    program: got(
      'socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 53))',
      'import socket',
    ),
  },
  { tries: 'a socket pair', ends: 'raised OSError', program: got('socket.socketpair()', 'import socket') },
  {
    tries: 'names',
    ends: 'raised gaierror',
    program: got('socket.getaddrinfo("localhost", 80)', 'import socket'),
  },
  {
    tries: 'the host name',
    ends: 'returned',
    program:
      'import socket, os\nfor name in (socket.gethostname(), socket.getfqdn(), os.uname().nodename):\n    if name != "emscripten": print("ESCAPED", name)',
  },
  {
    tries: 'urllib',
    ends: 'raised URLError',
    program: got('urllib.request.urlopen("http://127.0.0.1/").read()', 'import urllib.request'),
  },
  {
    tries: 'urllib, a file',
    ends: 'raised URLError',
    program: got('urllib.request.urlopen("file:///etc/passwd").read()', 'import urllib.request'),
  },
  {
    tries: 'http.client',
    ends: 'raised gaierror',
    program:
      'import http.client\nc = http.client.HTTPConnection("127.0.0.1")\nc.request("GET", "/")\nprint("ESCAPED")',
  },
  {
    tries: 'asyncio connections',
    ends: 'raised OSError',
    program: 'import asyncio\nasyncio.run(asyncio.open_connection("127.0.0.1", 80))\nprint("ESCAPED")',
  },
  { tries: 'ftplib', ends: 'raised gaierror', program: got('ftplib.FTP("127.0.0.1")', 'import ftplib') },
  {
    tries: 'poll and select',
    ends: 'denied saveState',
    program: got('select.select([], [], [], 0)', 'import select'),
  },
];

const process: Escape[] = [
  {
    tries: 'the environment of the host',
    ends: 'returned',
    program:
      'import os\nfor k in os.environ:\n    if k not in ("PATH", "HOME", "LANG", "TZ"): print("ESCAPED", k)',
  },
  {
    tries: 'the environment in C',
    ends: 'returned',
    program:
      'import posix\nfor k in posix.environ:\n    if k in (b"NODE_OPTIONS", b"SECRET", b"USER", b"SHELL"): print("ESCAPED", k)',
  },
  {
    tries: 'the script of the host',
    ends: 'returned',
    program:
      'import sys, os\nfor v in (sys.executable, *sys.orig_argv, *sys.argv, os.environ.get("_", "")):\n    if "node" in v or "mjs" in v or "vitest" in v: print("ESCAPED", v)',
  },
  {
    tries: 'a changed environment',
    ends: 'returned',
    program: 'import os\nos.putenv("A", "b")\nos.environ["NODE_OPTIONS"] = "--inspect"',
  },
  {
    tries: 'process ids and users',
    ends: 'raised OSError',
    program: 'import os\nprint(os.getpid(), os.getuid(), os.getlogin())\nprint("ESCAPED")',
  },
  {
    tries: 'signals',
    ends: 'raised AttributeError',
    program:
      'import signal, os\nsignal.signal(signal.SIGINT, print)\nsignal.alarm(1)\nsignal.setitimer(signal.ITIMER_REAL, 0.1)\nos.kill(os.getpid(), signal.SIGTERM)',
  },
  {
    tries: 'setting the clock',
    ends: 'raised PermissionError',
    program: got('time.clock_settime(time.CLOCK_REALTIME, 0) is None', 'import time'),
  },
  { tries: 'leaving', ends: 'exit proc_exit', program: 'import os\nos._exit(0)' },
  { tries: 'aborting', ends: 'crash _abort_js', program: 'import os\nos.abort()' },
  {
    tries: 'resource limits',
    ends: 'raised ModuleNotFoundError',
    program: got('resource.setrlimit(resource.RLIMIT_CPU, (1, 1)) is None', 'import resource'),
  },
  {
    tries: 'faulthandler',
    ends: 'raised RuntimeError',
    program:
      'import faulthandler\nfaulthandler.enable(open("/dev/null", "rb"))\nfaulthandler.dump_traceback_later(0.01)\nfaulthandler._sigsegv()',
  },
  {
    tries: 'an extension module',
    ends: 'raised TypeError',
    program: got(
      'importlib.machinery.ExtensionFileLoader("x", "/tmp/x.so").create_module(importlib.machinery.ModuleSpec("x", None))',
      'import importlib.machinery',
    ),
  },
  {
    tries: 'forged bytecode that reads wild memory',
    ends: 'crash _abort_js',
    program:
      'def f(): pass\nf.__code__ = f.__code__.replace(co_code=bytes([100, 255] * 200 + [83, 0]), co_stacksize=1)\nf()',
  },
  {
    tries: 'forged bytecode that calls what it finds',
    ends: 'crash null function or function signature mismatch',
    program:
      'import opcode\ndef g(a):\n    return a\nc = g.__code__\nops = opcode.opmap\nfor n in range(0, 200, 3):\n    try:\n        g.__code__ = c.replace(co_code=bytes([ops["LOAD_FAST"], n, ops["RETURN_VALUE"], 0]), co_nlocals=1)\n        g(1)\n    except Exception: pass',
  },
  {
    tries: 'an object at a forged address',
    ends: 'raised SystemError',
    program:
      'import sys\nclass A: pass\ntry:\n    (lambda: 0).__setstate__\nexcept AttributeError: pass\nimport types\ntypes.CodeType(0, 0, 0, 0, 1, 0, bytes([116, 0] * 50), (), (), (), "x", "x", "x", 1, b"", b"", (), ())\nexec(types.CodeType(0, 0, 0, 0, 1, 0, bytes([116, 99] * 50), (), (), (), "x", "x", "x", 1, b"", b"", (), ()))',
  },
  {
    tries: 'a pickle that runs a command',
    ends: 'returned',
    program:
      'import pickle\nr = pickle.loads(b"cposix\\nsystem\\n(S\'id\'\\ntR.")\nif r == 0: print("ESCAPED")',
  },
  {
    tries: 'code in a zip on the path',
    ends: 'raised ModuleNotFoundError',
    program:
      'import sys, zipimport\nsys.path.insert(0, "/tmp")\nprint(zipimport.zipimporter("/lib/python314.zip"))\nimport escaped',
  },
  {
    tries: 'audit hooks',
    ends: 'returned',
    program:
      'import sys\nseen = []\nsys.addaudithook(lambda *a: seen.append(a))\nopen("/dev/null")\nprint(len(seen))',
  },
  {
    tries: 'sys._debugmallocstats and friends',
    ends: 'returned',
    program: 'import sys\nsys._debugmallocstats()\nsys._clear_type_cache()\nprint(sys._current_frames())',
  },
  {
    tries: 'a remote debugger',
    ends: 'raised FileNotFoundError',
    program: got('sys.remote_exec(1, "/tmp/x.py")', 'import sys'),
  },
  {
    tries: 'subinterpreters',
    ends: 'raised ModuleNotFoundError',
    program: got('_interpreters.create()', 'import _interpreters'),
  },
  {
    tries: 'the lock’s own words',
    ends: 'returned',
    program:
      'import gc\nfor o in gc.get_objects():\n    if type(o) is dict and "gate" in o and "locked" in str(o.get("gate")): print("ESCAPED")',
  },
];

/** Every road to the host that was found open in stock Pyodide, and many more. */
export const escapes: readonly Escape[] = [...shell, ...javascript, ...files, ...network, ...process];
