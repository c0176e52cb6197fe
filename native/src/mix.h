// The arithmetic of a choice: summaries of rows of logits, the guided mixture, sampling. Plain
// memory in, plain numbers out; neither Node nor llama.cpp is known here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tracewise {

// In every row, NaN counts as -Infinity: a token that cannot be picked.

/// What the probabilities of a row are taken from. Only valid where summarizeRow returned true.
struct RowSummary {
  int32_t likeliest = -1;  // ties: the lowest id
  float max = 0;
  double logSum = 0;  // log of the sum of exp, in nats
};

struct MixOptions {
  double guidanceStrength = 1;  // the paper's gamma
  double epsilon = 0;           // added to both probabilities; 0 mixes logprobs
  double plausibility = 0;      // share of max p_c below which a token cannot be picked
  double guidanceGate =
      0;  // gamma applies where the streams' total variation exceeds it; 0: always
};

struct PickOptions {
  double temperature = 0;  // 0: argmax
  size_t topK = 0;         // 0: all
  double topP = 1;
  double minP = 0;
  double uniform = 0;  // the draw, in [0, 1)
};

struct TokenLogprob {
  int32_t token;
  double logprob;
};

/// The loops over a whole vocabulary, compiled once for any CPU and once for AVX2.
struct Kernels {
  const char* name;
  float (*maxOf)(const float* row, size_t size);
  size_t (*indexOf)(const float* row, size_t size, float value);
  double (*sumOfExp)(const float* row, size_t size, float max, float scale);
  double (*totalVariation)(const float* u, const float* c, size_t size, double logSumU,
                           double logSumC);
  void (*mixLogprobs)(const float* u, const float* c, size_t size, float maxU, float maxC,
                      const MixOptions& options, float* scores);
  void (*mixProbabilities)(const float* u, const float* c, size_t size, const RowSummary& us,
                           const RowSummary& cs, const MixOptions& options, float* scores);
};

extern const Kernels plainKernels;
/// The fastest kernels that this CPU runs.
const Kernels& bestKernels();

/// False where no token can be picked (no finite logit, or one that is +Infinity).
bool summarizeRow(const float* row, size_t size, RowSummary& summary,
                  const Kernels& kernels = bestKernels());

/// Natural-log probability of one token of a row.
double logprobOf(const float* row, const RowSummary& summary, int32_t token);

/// The guided mixture (arXiv 2506.10948, M_cfg) as unnormalised scores, [size]:
/// epsilon > 0: log p_u + gamma (log(p_c + eps) - log(p_u + eps)), -Infinity where p_u = 0;
/// epsilon = 0: (1 - gamma) log p_u + gamma log p_c, where a stream of weight 0 has no say (0 *
/// -Infinity = 0) and a sum that is NaN or +Infinity (p_u = 0 at gamma > 1) is -Infinity. epsilon
/// is 0 or at least 1e-30, the range of float. Where the streams' total variation, half the sum of
/// |p_c - p_u|, does not exceed guidanceGate > 0 the scores are those of p_u alone.
void mixRows(const float* u, const RowSummary& us, const float* c, const RowSummary& cs,
             size_t size, const MixOptions& options, float* scores,
             const Kernels& kernels = bestKernels());

/// Narrows by temperature, top-k, top-p, min-p, in this order; then lays the tokens out likeliest
/// first (ties: lower id first) and lets the uniform pick along the cumulated probability.
int32_t pickToken(const float* row, size_t size, const RowSummary& summary,
                  const PickOptions& options, const Kernels& kernels = bestKernels());

/// The likeliest tokens, best first (ties: lower id first), at most `count` and none that is
/// impossible.
std::vector<TokenLogprob> topTokens(const float* row, size_t size, const RowSummary& summary,
                                    size_t count);

}  // namespace tracewise
