// One choice: from the logits of one sequence, or from the guided mixture of two.
#pragma once

#include <vector>

#include "mix.h"

namespace tracewise {

struct ChoiceRequest {
  // Rows count the outputs of a step, in their order; conditionalRow is negative for a plain
  // sample.
  int32_t row = 0;
  int32_t conditionalRow = -1;
  PickOptions pick;
  MixOptions mix;
  size_t topCount = 0;
  // Not negative: the next choice is only made where this one picks it.
  int32_t draftToken = -1;

  bool guided() const { return conditionalRow >= 0; }
};

/// Logprobs in nats, before temperature and narrowing. token -1: no token can be picked.
struct ChoiceResult {
  static constexpr int32_t kNotMade = -2;
  int32_t token = -1;
  double unconditional = 0;
  double conditional = 0;
  double guided = 0;
  std::vector<TokenLogprob> topUnconditional;
  std::vector<TokenLogprob> topConditional;
  std::vector<TokenLogprob> topGuided;
};

/// `scores` is working memory, grown to [size].
ChoiceResult choose(const ChoiceRequest& request, const float* row, const float* conditionalRow,
                    size_t size, std::vector<float>& scores);

}  // namespace tracewise
