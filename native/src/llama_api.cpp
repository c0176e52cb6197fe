#include "llama_api.h"

#include <mutex>
#include <sstream>
#include <stdexcept>

#ifdef _WIN32
#include <windows.h>
#else
#include <dlfcn.h>
#endif

namespace tracewise {
namespace {

std::mutex openMutex;
LlamaApi boundApi;
LibraryPaths boundPaths;
bool bound = false;

thread_local std::string* logSink = nullptr;

void onLog(ggml_log_level level, const char* text, void*) {
  static thread_local bool kept = false;
  if (!logSink) return;
  // A line may come in parts; the parts after the first say only "continued".
  if (level != GGML_LOG_LEVEL_CONT) {
    kept = level == GGML_LOG_LEVEL_WARN || level == GGML_LOG_LEVEL_ERROR;
  }
  constexpr size_t kMaxBytes = 16384;
  if (kept && logSink->size() < kMaxBytes) *logSink += text;
}

#ifdef _WIN32
std::wstring widePath(const std::string& path) {
  const int length = MultiByteToWideChar(CP_UTF8, 0, path.c_str(), -1, nullptr, 0);
  std::wstring wide(length, 0);
  MultiByteToWideChar(CP_UTF8, 0, path.c_str(), -1, wide.data(), length);
  return wide;
}

void* openLibrary(const std::string& path, bool& wasMapped) {
  const std::wstring wide = widePath(path);
  wasMapped = GetModuleHandleW(wide.c_str()) != nullptr;
  // The altered search path finds the library's own dependencies beside it.
  HMODULE handle = LoadLibraryExW(wide.c_str(), nullptr, LOAD_WITH_ALTERED_SEARCH_PATH);
  if (!handle) {
    throw std::runtime_error("cannot open " + path + ": Windows error " +
                             std::to_string(GetLastError()));
  }
  return reinterpret_cast<void*>(handle);
}

void* findSymbol(void* handle, const char* name) {
  return reinterpret_cast<void*>(GetProcAddress(reinterpret_cast<HMODULE>(handle), name));
}

bool keepMapped(const void* address) {
  HMODULE handle = nullptr;
  return GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                            static_cast<LPCWSTR>(address), &handle);
}
#else
void* openLibrary(const std::string& path, bool& wasMapped) {
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD);
  wasMapped = handle != nullptr;
  if (!handle) handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle) throw std::runtime_error(dlerror());
  return handle;
}

void* findSymbol(void* handle, const char* name) { return dlsym(handle, name); }

bool keepMapped(const void* address) {
  Dl_info library;
  return dladdr(address, &library) != 0 &&
         dlopen(library.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE) != nullptr;
}
#endif

template <typename Function>
void bind(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(findSymbol(library, name));
  if (!function) throw std::runtime_error(std::string("the library has no function ") + name);
}

/// Parameter structs go by value, so a library of another release would read garbage: compare
/// first.
void checkRelease(const LlamaApi& api) {
  const std::string version = api.llama_version();
  if (version.rfind(kLlamaRelease, 0) != 0) {
    throw std::runtime_error("llama.cpp " + std::string(kLlamaRelease) +
                             " is needed but this library is " + version);
  }
  const llama_context_params params = api.llama_context_default_params();
  const llama_model_params modelParams = api.llama_model_default_params();
  const bool known = params.n_ctx == 512 && params.n_batch == 2048 && params.n_ubatch == 512 &&
                     params.n_seq_max == 1 && params.n_outputs_max == 0 &&
                     params.type_k == GGML_TYPE_F16 && params.type_v == GGML_TYPE_F16 &&
                     params.swa_full && !params.kv_unified && params.ctx_other == nullptr &&
                     modelParams.kv_overrides == nullptr && !modelParams.vocab_only;
  if (!known) {
    throw std::runtime_error("the defaults of llama.cpp " + version +
                             " are not those of its headers: it was built from other sources");
  }
}

LlamaApi bindAll(const LibraryPaths& paths) {
  LlamaApi api;
  bool ignored = false;
  // In the order of their dependencies; three handles, since Windows does not search dependents for
  // a symbol.
  void* base = openLibrary(paths.base, ignored);
  void* ggml = openLibrary(paths.ggml, ignored);
  void* llama = openLibrary(paths.llama, api.wasMapped);
#define X(name) bind(base, #name, api.name);
  TRACEWISE_BASE_FUNCTIONS(X)
#undef X
#define X(name) bind(ggml, #name, api.name);
  TRACEWISE_GGML_FUNCTIONS(X)
#undef X
#define X(name) bind(llama, #name, api.name);
  TRACEWISE_LLAMA_FUNCTIONS(X)
#undef X
  checkRelease(api);
  return api;
}

}  // namespace

const LlamaApi* llamaApi() {
  const std::lock_guard<std::mutex> lock(openMutex);
  return bound ? &boundApi : nullptr;
}

const LlamaApi& openLlama(const LibraryPaths& paths) {
  const std::lock_guard<std::mutex> lock(openMutex);
  if (bound) {
    if (paths.llama != boundPaths.llama) {
      throw std::runtime_error("this process already uses " + boundPaths.llama +
                               "; one build of llama.cpp a process");
    }
    return boundApi;
  }
  // Node unmaps an addon with the last worker thread that loaded it. llama.cpp stays, and what it
  // calls has to stay too.
  if (!keepMapped(&bound)) throw std::runtime_error("cannot keep the addon in memory");
  boundApi = bindAll(paths);
  boundPaths = paths;
  if (!boundApi.wasMapped) boundApi.llama_log_set(onLog, nullptr);
  boundApi.llama_backend_init();
  bound = true;
  return boundApi;
}

LogCapture::LogCapture() : outer_(logSink) { logSink = &text_; }

LogCapture::~LogCapture() { logSink = outer_; }

std::vector<std::string> LogCapture::lines() const {
  std::vector<std::string> lines;
  std::istringstream text(text_);
  for (std::string line; std::getline(text, line);) {
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

}  // namespace tracewise
