// A context: one unified cache of cells that sequences share, and the step that decodes and
// chooses. Knows no policy: which rows, in which decodes, is the caller's.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "choice.h"
#include "model.h"

namespace tracewise {

struct ContextOptions {
  uint32_t contextTokens = 0;
  uint32_t batchTokens = 0;
  uint32_t maxSequences = 0;
  uint32_t maxOutputs = 0;  // rows of logits in one decode; at least maxSequences
  int32_t threads = 1;
  int32_t flashAttention = -1;  // -1: llama.cpp decides, 0, 1
  ggml_type cacheType = GGML_TYPE_F16;
};

/// One call of the model: rows in decode order. All arrays of rows have the same length.
struct Step {
  std::vector<int32_t> tokens;
  std::vector<int32_t> positions;
  std::vector<int32_t> sequences;
  std::vector<int8_t> outputs;       // 1: the row's logits are wanted
  std::vector<int32_t> decodeSizes;  // rows of each llama_decode; they add up to all rows
  std::vector<ChoiceRequest> choices;
  std::vector<int32_t> copies;  // outputs whose logits are copied out
};

enum class StepStatus { done, aborted, cacheFull, failed };

struct StepResult {
  StepStatus status = StepStatus::done;
  /// Decodes that completed; the cells of the one that did not are removed again.
  int32_t completedDecodes = 0;
  int32_t code = 0;  // what llama_decode returned last
  std::string log;
  std::vector<ChoiceResult> choices;
  std::vector<float> copies;  // [copies.size() * vocabularySize]
};

class Context {
 public:
  /// Throws std::runtime_error with llama's own words where the context cannot be made.
  Context(std::shared_ptr<Model> model, const ContextOptions& options);
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  const Model& model() const { return *model_; }
  uint32_t contextTokens() const;
  uint32_t batchTokens() const;
  uint32_t maxSequences() const { return maxSequences_; }
  uint32_t maxOutputs() const { return maxOutputs_; }

  /// Throws std::invalid_argument for a step that llama.cpp would abort the process for, or would
  /// misread.
  void validate(const Step& step) const;
  /// Claims the context for one step; false where one runs. Cell operations throw until end().
  bool begin();
  /// Runs a validated step. On any thread, between begin() and end().
  StepResult run(const Step& step);
  void end() { busy_ = false; }
  /// Makes the running step end at the next operation of the graph; the CPU backend alone looks.
  void abort() { aborted_ = true; }

  /// Lets `to` share the cells of `from` in [begin, end). Costs no memory: both name the same
  /// cells.
  void shareCells(int32_t from, int32_t to, int32_t begin, int32_t end);
  /// Forgets the cells of a sequence from a position on.
  void removeCells(int32_t sequence, int32_t begin);

 private:
  void checkSequence(int32_t sequence) const;
  void checkIdle() const;
  int32_t decode(const Step& step, int32_t begin, int32_t count);
  void undo(const Step& step, int32_t begin, int32_t count);
  void keepOutputs(const Step& step, int32_t begin, int32_t count, bool last,
                   std::vector<const float*>& rows);

  std::shared_ptr<Model> model_;
  const LlamaApi& api_;
  llama_context* context_ = nullptr;
  ggml_threadpool_t pool_ = nullptr;
  uint32_t maxSequences_;
  uint32_t maxOutputs_;
  size_t vocabularySize_;
  std::atomic<bool> busy_{false};
  std::atomic<bool> aborted_{false};
  std::vector<float> scores_;
  std::vector<float> kept_;
};

}  // namespace tracewise
