#include "choice.h"

namespace tracewise {

ChoiceResult choose(const ChoiceRequest& request, const float* row, const float* conditionalRow,
                    size_t size, std::vector<float>& scores) {
  ChoiceResult result;
  RowSummary unconditional;
  if (!summarizeRow(row, size, unconditional)) return result;
  if (!request.guided()) {
    result.token = pickToken(row, size, unconditional, request.pick);
    result.unconditional = logprobOf(row, unconditional, result.token);
    result.topUnconditional = topTokens(row, size, unconditional, request.topCount);
    return result;
  }
  RowSummary conditional;
  if (!summarizeRow(conditionalRow, size, conditional)) return result;
  scores.resize(size);
  mixRows(row, unconditional, conditionalRow, conditional, size, request.mix, scores.data());
  RowSummary guided;
  if (!summarizeRow(scores.data(), size, guided)) return result;
  result.token = pickToken(scores.data(), size, guided, request.pick);
  result.unconditional = logprobOf(row, unconditional, result.token);
  result.conditional = logprobOf(conditionalRow, conditional, result.token);
  result.guided = logprobOf(scores.data(), guided, result.token);
  result.topUnconditional = topTokens(row, size, unconditional, request.topCount);
  result.topConditional = topTokens(conditionalRow, size, conditional, request.topCount);
  result.topGuided = topTokens(scores.data(), size, guided, request.topCount);
  return result;
}

}  // namespace tracewise
