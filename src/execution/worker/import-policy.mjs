// What a locked interpreter may call of the functions that its WebAssembly imports. An allow-list: whatever is
// named nowhere here is denied, so an import that a later Pyodide adds is denied until somebody has looked at it.

const names = (text) => text.trim().split(/\s+/);

const EROFS = -69;
const ENOSYS = -52;

/** Pure arithmetic, clocks, reading files of the in-memory file system, writing to open descriptors. */
export const allowed = new Set(
  names(`
    _PyEM_TrampolineCall_JS Jsv_GetError_import JsvError_Check
    clock_time_get clock_res_get emscripten_date_now _tzset_js _gmtime_js _localtime_js _mktime_js _timegm_js
    fd_read fd_write fd_seek fd_close fd_pread fd_fdstat_get fd_sync random_get
    __syscall_fstat64 __syscall_getdents64 __syscall_getcwd __syscall_fcntl64 __syscall_ioctl
    emscripten_get_heap_max
  `),
);

/** Allowed where the path is short, with the position of the path among the arguments. */
export const allowedWithPath = new Map([
  ['__syscall_stat64', 0],
  ['__syscall_lstat64', 0],
  ['__syscall_newfstatat', 1],
  ['__syscall_faccessat', 1],
  ['__syscall_readlinkat', 1],
  ['__syscall_openat', 1],
]);

/** Refused with an error number or a harmless answer, so that a program that tries may go on. */
export const refused = new Map([
  ...names(`
    __syscall_mkdirat __syscall_unlinkat __syscall_rmdir __syscall_renameat __syscall_symlinkat __syscall_mknodat
    __syscall_chmod __syscall_fchmod __syscall_fchmodat2 __syscall_fchownat __syscall_fchown32
    __syscall_ftruncate64 __syscall_truncate64 __syscall_fallocate __syscall_utimensat
  `).map((name) => [name, EROFS]),
  ...names(`
    __syscall_pipe __syscall_poll __syscall_dup __syscall_dup3 __syscall_chdir __syscall_fchdir
    __syscall_fadvise64 __syscall_fdatasync __syscall_statfs64 __syscall_fstatfs64
    _mmap_js _munmap_js _msync_js _setitimer_js _emscripten_system
    __syscall_accept4 __syscall_bind __syscall_connect __syscall_getpeername __syscall_getsockname
    __syscall_getsockopt __syscall_listen __syscall_recvfrom __syscall_recvmsg __syscall_sendmsg
    __syscall_sendto __syscall_socket
  `).map((name) => [name, ENOSYS]),
  // 0 makes `import ctypes` a MemoryError and every extension an ImportError.
  ...names(`
    can_run_sync_js ffi_closure_alloc_js ffi_closure_free_js ffi_prep_closure_loc_js _dlopen_js _dlsym_js
    getprotobyname emscripten_runtime_keepalive_push emscripten_runtime_keepalive_pop
    _try_fcntl64 _maybe_connect_async _maybe_recvfrom_async _maybe_sendto_async _maybe_poll_async _try_shutdown
  `).map((name) => [name, 0]),
  ['fd_pwrite', 69],
  ['getaddrinfo', -4],
  ['getnameinfo', -4],
  ['__syscall_getuid32_js', 1000],
  ['__syscall_umask_js', 0o22],
]);

/** Ends the run: the program asked for it, or the C code gave up. */
export const endings = new Map([
  ['proc_exit', 'exit'],
  ['exit', 'exit'],
  ['_abort_js', 'crash'],
  ['__assert_fail', 'crash'],
]);
