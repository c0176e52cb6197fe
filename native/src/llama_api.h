// llama.cpp's C functions, bound at run time: the types come from the vendored headers, the
// addresses from the libraries that are opened by absolute path. So one addon serves the cpu, cuda,
// vulkan and metal builds.
#pragma once

#include <string>
#include <vector>

#include "ggml-backend.h"
#include "ggml-cpu.h"
#include "llama.h"

#define TRACEWISE_BASE_FUNCTIONS(X)    \
  X(ggml_backend_dev_description)      \
  X(ggml_backend_dev_memory)           \
  X(ggml_backend_dev_name)             \
  X(ggml_backend_dev_type)             \
  X(ggml_backend_reg_get_proc_address) \
  X(ggml_backend_reg_name)             \
  X(ggml_threadpool_params_default)

#define TRACEWISE_GGML_FUNCTIONS(X)  \
  X(ggml_backend_dev_count)          \
  X(ggml_backend_dev_get)            \
  X(ggml_backend_load)               \
  X(ggml_backend_load_all_from_path) \
  X(ggml_backend_reg_by_name)        \
  X(ggml_backend_reg_count)          \
  X(ggml_backend_reg_get)

#define TRACEWISE_LLAMA_FUNCTIONS(X) \
  X(llama_attach_threadpool)         \
  X(llama_backend_init)              \
  X(llama_context_default_params)    \
  X(llama_decode)                    \
  X(llama_free)                      \
  X(llama_get_logits_ith)            \
  X(llama_get_memory)                \
  X(llama_init_from_model)           \
  X(llama_log_set)                   \
  X(llama_memory_seq_cp)             \
  X(llama_memory_seq_pos_max)        \
  X(llama_memory_seq_rm)             \
  X(llama_model_chat_template)       \
  X(llama_model_default_params)      \
  X(llama_model_desc)                \
  X(llama_model_free)                \
  X(llama_model_get_vocab)           \
  X(llama_model_has_decoder)         \
  X(llama_model_has_encoder)         \
  X(llama_model_is_diffusion)        \
  X(llama_model_is_hybrid)           \
  X(llama_model_is_recurrent)        \
  X(llama_model_load_from_file)      \
  X(llama_model_meta_val_str)        \
  X(llama_model_n_ctx_train)         \
  X(llama_model_n_embd)              \
  X(llama_model_n_head)              \
  X(llama_model_n_head_kv)           \
  X(llama_model_n_layer)             \
  X(llama_model_n_params)            \
  X(llama_model_size)                \
  X(llama_n_batch)                   \
  X(llama_n_ctx)                     \
  X(llama_n_seq_max)                 \
  X(llama_synchronize)               \
  X(llama_token_to_piece)            \
  X(llama_tokenize)                  \
  X(llama_version)                   \
  X(llama_vocab_bos)                 \
  X(llama_vocab_eos)                 \
  X(llama_vocab_get_add_bos)         \
  X(llama_vocab_get_text)            \
  X(llama_vocab_is_eog)              \
  X(llama_vocab_n_tokens)            \
  X(llama_vocab_type)

namespace tracewise {

/// The release whose headers stand in native/include.
inline constexpr const char* kLlamaRelease = "0.4.0";

struct LibraryPaths {
  std::string base;  // ggml-base
  std::string ggml;
  std::string llama;
};

struct LlamaApi {
#define X(name) decltype(&::name) name = nullptr;
  TRACEWISE_BASE_FUNCTIONS(X)
  TRACEWISE_GGML_FUNCTIONS(X)
  TRACEWISE_LLAMA_FUNCTIONS(X)
#undef X
  /// The process had libllama before we asked: somebody else's log callback is set and must stay.
  bool wasMapped = false;
};

/// The bound functions; null until openLlama succeeded.
const LlamaApi* llamaApi();

/// Opens and binds once per process; later calls with the same paths change nothing. Throws
/// std::runtime_error where a library or a symbol is missing, where the release differs from the
/// headers', or for other paths.
const LlamaApi& openLlama(const LibraryPaths& paths);

/// Keeps what llama.cpp logs on this thread as warnings and errors while it stands.
class LogCapture {
 public:
  LogCapture();
  ~LogCapture();
  LogCapture(const LogCapture&) = delete;
  LogCapture& operator=(const LogCapture&) = delete;
  /// The captured lines, without their line ends.
  std::vector<std::string> lines() const;

 private:
  std::string text_;
  std::string* outer_;
};

}  // namespace tracewise
