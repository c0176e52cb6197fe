// A loaded model: its facts and its tokenizer. Shared by its contexts; freed with the last of them.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "llama_api.h"

namespace tracewise {

struct ModelOptions {
  int32_t gpuLayers = 0;  // negative: all
  bool mmap = true;
};

class Model {
 public:
  /// Loads on the calling thread. `progress` (0 to 1) is called on it. Throws std::runtime_error
  /// with llama's own words, or where `cancelled` was set meanwhile.
  static std::shared_ptr<Model> load(const std::string& path, const ModelOptions& options,
                                     const std::function<void(float)>& progress,
                                     const std::atomic<bool>& cancelled);
  ~Model();
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  llama_model* get() const { return model_; }
  const llama_vocab* vocab() const { return vocab_; }
  const LlamaApi& api() const { return api_; }
  int32_t vocabularySize() const { return vocabularySize_; }
  bool hasTokenizer() const;
  bool isToken(int32_t token) const { return token >= 0 && token < vocabularySize_; }

  /// Whether the model's texts begin with a blank (SentencePiece). `tokenize` does not add it.
  bool addsSpacePrefix() const;
  /// `special`: control tokens written in the text are read as such. Adds neither begin nor end
  /// tokens, and no blank: a piece of a text is tokenized like any other text.
  std::vector<int32_t> tokenize(const std::string& text, bool special) const;
  /// The bytes of one token; a control token has none. Pieces are joined as bytes and never
  /// detokenized: llama_detokenize "cleans" spaces and destroys code for many vocabularies.
  std::string tokenBytes(int32_t token) const;
  /// A metadata value as text; empty where absent.
  std::string metadata(const std::string& key) const;

 private:
  Model(const LlamaApi& api, llama_model* model);

  const LlamaApi& api_;
  llama_model* model_;
  const llama_vocab* vocab_;
  int32_t vocabularySize_;
};

}  // namespace tracewise
