#include "model.h"

#include <cstring>
#include <stdexcept>

namespace tracewise {
namespace {

struct LoadProgress {
  const std::function<void(float)>& report;
  const std::atomic<bool>& cancelled;
};

bool onProgress(float progress, void* data) {
  const auto* load = static_cast<LoadProgress*>(data);
  load->report(progress);
  return !load->cancelled.load();
}

constexpr const char* kAddSpacePrefix = "tokenizer.ggml.add_space_prefix";

/// llama.cpp would put a blank before each text that it tokenizes, and behind each control token.
void switchOffSpacePrefix(llama_model_kv_override& override) {
  override.tag = LLAMA_KV_OVERRIDE_TYPE_BOOL;
  std::strncpy(override.key, kAddSpacePrefix, sizeof override.key - 1);
  override.val_bool = false;
}

std::string joinLines(const std::vector<std::string>& lines) {
  std::string joined;
  for (const auto& line : lines) joined += (joined.empty() ? "" : "\n") + line;
  return joined;
}

}  // namespace

std::shared_ptr<Model> Model::load(const std::string& path, const ModelOptions& options,
                                   const std::function<void(float)>& progress,
                                   const std::atomic<bool>& cancelled) {
  const LlamaApi* api = llamaApi();
  if (!api) throw std::runtime_error("the libraries are not open");
  LoadProgress load{progress, cancelled};
  llama_model_params params = api->llama_model_default_params();
  params.n_gpu_layers = options.gpuLayers;
  if (!options.mmap) params.load_mode = LLAMA_LOAD_MODE_NONE;
  // The last one, without a key, ends the list.
  llama_model_kv_override overrides[2] = {};
  switchOffSpacePrefix(overrides[0]);
  params.kv_overrides = overrides;
  params.progress_callback = onProgress;
  params.progress_callback_user_data = &load;
  LogCapture log;
  llama_model* model = api->llama_model_load_from_file(path.c_str(), params);
  if (!model) {
    if (cancelled) throw std::runtime_error("cancelled");
    throw std::runtime_error(joinLines(log.lines()));
  }
  return std::shared_ptr<Model>(new Model(*api, model));
}

Model::Model(const LlamaApi& api, llama_model* model)
    : api_(api),
      model_(model),
      vocab_(api.llama_model_get_vocab(model)),
      vocabularySize_(api.llama_vocab_n_tokens(vocab_)) {}

Model::~Model() { api_.llama_model_free(model_); }

bool Model::hasTokenizer() const { return api_.llama_vocab_type(vocab_) != LLAMA_VOCAB_TYPE_NONE; }

bool Model::addsSpacePrefix() const {
  // What the file says; without a word of it, such a tokenizer does.
  return api_.llama_vocab_type(vocab_) == LLAMA_VOCAB_TYPE_SPM &&
         metadata(kAddSpacePrefix) != "false";
}

std::vector<int32_t> Model::tokenize(const std::string& text, bool special) const {
  if (!hasTokenizer()) throw std::runtime_error("the model file has no tokenizer");
  if (text.empty()) return {};
  const auto length = static_cast<int32_t>(text.size());
  std::vector<int32_t> tokens(text.size() / 2 + 16);
  const auto run = [&] {
    return api_.llama_tokenize(vocab_, text.data(), length, tokens.data(),
                               static_cast<int32_t>(tokens.size()), false, special);
  };
  int32_t count = run();
  if (count < 0 && count != INT32_MIN) {
    tokens.resize(-count);
    count = run();
  }
  if (count < 0) throw std::runtime_error("the text has too many tokens");
  tokens.resize(count);
  return tokens;
}

std::string Model::tokenBytes(int32_t token) const {
  if (!isToken(token)) throw std::out_of_range("token outside the vocabulary");
  std::string bytes(64, '\0');
  const auto run = [&] {
    return api_.llama_token_to_piece(vocab_, token, bytes.data(),
                                     static_cast<int32_t>(bytes.size()), 0, false);
  };
  int32_t length = run();
  if (length < 0) {
    bytes.resize(-length);
    length = run();
  }
  bytes.resize(length < 0 ? 0 : length);
  return bytes;
}

std::string Model::metadata(const std::string& key) const {
  std::string value(256, '\0');
  int32_t length = api_.llama_model_meta_val_str(model_, key.c_str(), value.data(), value.size());
  if (length >= static_cast<int32_t>(value.size())) {
    value.resize(length + 1);
    length = api_.llama_model_meta_val_str(model_, key.c_str(), value.data(), value.size());
  }
  value.resize(length < 0 ? 0 : length);
  return value;
}

}  // namespace tracewise
