#include "context.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <set>
#include <stdexcept>

namespace tracewise {
namespace {

std::string joinLines(const std::vector<std::string>& lines) {
  std::string joined;
  for (const auto& line : lines) joined += (joined.empty() ? "" : "\n") + line;
  return joined;
}

/// ggml-cpu is loaded as a plugin, so its functions come through the registry.
template <typename Function>
Function cpuFunction(const LlamaApi& api, const char* name) {
  ggml_backend_reg_t cpu = api.ggml_backend_reg_by_name("CPU");
  return cpu ? reinterpret_cast<Function>(api.ggml_backend_reg_get_proc_address(cpu, name))
             : nullptr;
}

/// Without a pool of its own ggml makes and joins its threads on every decode.
ggml_threadpool_t makePool(const LlamaApi& api, int32_t threads) {
  const auto make = cpuFunction<decltype(&::ggml_threadpool_new)>(api, "ggml_threadpool_new");
  if (threads < 2 || !make) return nullptr;
  ggml_threadpool_params params = api.ggml_threadpool_params_default(threads);
  return make(&params);
}

void freePool(const LlamaApi& api, ggml_threadpool_t pool) {
  const auto release = cpuFunction<decltype(&::ggml_threadpool_free)>(api, "ggml_threadpool_free");
  if (pool && release) release(pool);
}

void require(bool condition, const char* message) {
  if (!condition) throw std::invalid_argument(message);
}

}  // namespace

Context::Context(std::shared_ptr<Model> model, const ContextOptions& options)
    : model_(std::move(model)),
      api_(model_->api()),
      maxSequences_(options.maxSequences),
      maxOutputs_(std::max(options.maxOutputs, options.maxSequences)),
      vocabularySize_(model_->vocabularySize()) {
  llama_context_params params = api_.llama_context_default_params();
  params.n_ctx = options.contextTokens;
  params.n_batch = options.batchTokens;
  params.n_ubatch = std::min(options.batchTokens, 512u);
  params.n_seq_max = options.maxSequences;
  // The default reserves a row of the vocabulary for every token of a batch.
  params.n_outputs_max = maxOutputs_;
  params.n_threads = params.n_threads_batch = options.threads;
  params.flash_attn_type = static_cast<llama_flash_attn_type>(options.flashAttention);
  params.type_k = params.type_v = options.cacheType;
  // One stream, so that a range of cells can be shared; with split streams a ranged seq_cp ends the
  // process (ggml-org/llama.cpp#14363).
  params.kv_unified = true;
  params.swa_full = true;
  params.no_perf = true;
  params.abort_callback = [](void* data) { return static_cast<std::atomic<bool>*>(data)->load(); };
  params.abort_callback_data = &aborted_;
  LogCapture log;
  context_ = api_.llama_init_from_model(model_->get(), params);
  if (!context_) throw std::runtime_error(joinLines(log.lines()));
  pool_ = makePool(api_, options.threads);
  if (pool_) api_.llama_attach_threadpool(context_, pool_, pool_);
}

Context::~Context() {
  if (context_) api_.llama_free(context_);
  freePool(api_, pool_);
}

uint32_t Context::contextTokens() const { return api_.llama_n_ctx(context_); }

uint32_t Context::batchTokens() const { return api_.llama_n_batch(context_); }

void Context::checkSequence(int32_t sequence) const {
  // A unified cache takes ids up to 256 without a word, whatever n_seq_max says.
  if (sequence < 0 || static_cast<uint32_t>(sequence) >= maxSequences_) {
    throw std::invalid_argument("sequence id out of range");
  }
}

void Context::checkIdle() const {
  if (busy_) throw std::logic_error("the context is busy");
}

void Context::validate(const Step& step) const {
  const size_t rows = step.tokens.size();
  require(rows > 0, "a step needs a row");
  require(
      step.positions.size() == rows && step.sequences.size() == rows && step.outputs.size() == rows,
      "the rows' arrays differ in length");
  for (size_t i = 0; i < rows; i++) {
    require(model_->isToken(step.tokens[i]), "token outside the vocabulary");
    require(step.positions[i] >= 0, "negative position");
    checkSequence(step.sequences[i]);
  }
  size_t begin = 0;
  for (const int32_t count : step.decodeSizes) {
    require(count > 0 && static_cast<uint32_t>(count) <= batchTokens(),
            "decode too large or empty");
    require(begin + count <= rows, "the decodes have more rows than the step");
    uint32_t outputs = 0;
    for (size_t i = begin; i < begin + count; i++) outputs += step.outputs[i] != 0;
    require(outputs <= maxOutputs_, "too many outputs in one decode");
    begin += count;
  }
  require(begin == rows, "the decodes do not cover the step");
  int32_t outputs = 0;
  for (const int8_t output : step.outputs) outputs += output != 0;
  for (const auto& choice : step.choices) {
    require(choice.row >= 0 && choice.row < outputs && choice.conditionalRow < outputs,
            "a choice names a row without logits");
  }
  for (const int32_t row : step.copies) {
    require(row >= 0 && row < outputs, "a copy names a row without logits");
  }
}

bool Context::begin() {
  bool idle = false;
  if (!busy_.compare_exchange_strong(idle, true)) return false;
  aborted_ = false;
  return true;
}

int32_t Context::decode(const Step& step, int32_t begin, int32_t count) {
  // llama.cpp reads the batch only; it takes no const.
  std::vector<int32_t> sequenceCounts(count, 1);
  std::vector<llama_seq_id*> sequenceIds(count);
  for (int32_t i = 0; i < count; i++) {
    sequenceIds[i] = const_cast<llama_seq_id*>(&step.sequences[begin + i]);
  }
  llama_batch batch = {};
  batch.n_tokens = count;
  batch.token = const_cast<llama_token*>(&step.tokens[begin]);
  batch.pos = const_cast<llama_pos*>(&step.positions[begin]);
  batch.n_seq_id = sequenceCounts.data();
  batch.seq_id = sequenceIds.data();
  batch.logits = const_cast<int8_t*>(&step.outputs[begin]);
  const int32_t code = api_.llama_decode(context_, batch);
  api_.llama_synchronize(context_);
  return code;
}

void Context::undo(const Step& step, int32_t begin, int32_t count) {
  // Micro-batches before the failed one have left their cells.
  std::set<int32_t> undone;
  for (int32_t i = begin; i < begin + count; i++) {
    if (!undone.insert(step.sequences[i]).second) continue;
    api_.llama_memory_seq_rm(api_.llama_get_memory(context_), step.sequences[i], step.positions[i],
                             -1);
  }
}

void Context::keepOutputs(const Step& step, int32_t begin, int32_t count, bool last,
                          std::vector<const float*>& rows) {
  for (int32_t i = 0; i < count; i++) {
    if (step.outputs[begin + i] == 0) continue;
    const float* logits = api_.llama_get_logits_ith(context_, i);
    if (!logits) throw std::runtime_error("llama.cpp gave no logits");
    if (!last) {
      // The next decode overwrites them.
      float* kept = &kept_[rows.size() * vocabularySize_];
      std::memcpy(kept, logits, vocabularySize_ * sizeof(float));
      logits = kept;
    }
    rows.push_back(logits);
  }
}

StepResult Context::run(const Step& step) {
  StepResult result;
  std::vector<const float*> rows;
  LogCapture log;
  if (step.decodeSizes.size() > 1) {
    const auto outputs = std::accumulate(step.outputs.begin(), step.outputs.end(), size_t{0});
    if (kept_.size() < outputs * vocabularySize_) kept_.resize(outputs * vocabularySize_);
  }
  int32_t begin = 0;
  for (size_t i = 0; i < step.decodeSizes.size(); i++) {
    const int32_t count = step.decodeSizes[i];
    // The abort flag may have come between two decodes.
    result.code = aborted_ ? 2 : decode(step, begin, count);
    if (result.code != 0) {
      if (!aborted_ || result.code != 2) result.log = joinLines(log.lines());
      undo(step, begin, count);
      result.status = result.code == 2   ? StepStatus::aborted
                      : result.code == 1 ? StepStatus::cacheFull
                                         : StepStatus::failed;
      return result;
    }
    keepOutputs(step, begin, count, i + 1 == step.decodeSizes.size(), rows);
    result.completedDecodes++;
    begin += count;
  }
  bool chainBroken = false;
  for (const auto& choice : step.choices) {
    if (chainBroken) {
      ChoiceResult skipped;
      skipped.token = ChoiceResult::kNotMade;
      result.choices.push_back(skipped);
      chainBroken = choice.draftToken >= 0;
      continue;
    }
    const float* conditional = choice.guided() ? rows[choice.conditionalRow] : nullptr;
    result.choices.push_back(
        choose(choice, rows[choice.row], conditional, vocabularySize_, scores_));
    chainBroken = choice.draftToken >= 0 && result.choices.back().token != choice.draftToken;
  }
  for (const int32_t row : step.copies) {
    result.copies.insert(result.copies.end(), rows[row], rows[row] + vocabularySize_);
  }
  return result;
}

void Context::shareCells(int32_t from, int32_t to, int32_t begin, int32_t end) {
  checkIdle();
  checkSequence(from);
  checkSequence(to);
  require(begin >= 0 && begin <= end, "an empty or negative range of cells");
  if (begin < end) {
    api_.llama_memory_seq_cp(api_.llama_get_memory(context_), from, to, begin, end);
  }
}

void Context::removeCells(int32_t sequence, int32_t begin) {
  checkIdle();
  checkSequence(sequence);
  require(begin >= 0, "negative position");
  api_.llama_memory_seq_rm(api_.llama_get_memory(context_), sequence, begin, -1);
}

}  // namespace tracewise
