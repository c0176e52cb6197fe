// The arithmetic alone, for tests and measurements of it.
#pragma once

#include <napi.h>

namespace tracewise {

/// mixRows(unconditional, conditional, { guidanceStrength, epsilon, plausibility, guidanceGate,
/// plain }): normalised guided logprobs, or undefined where no token can be picked.
Napi::Value mixRowsExport(const Napi::CallbackInfo& info);

/// pickToken(row, { temperature, topK, topP, minP, uniform, plain }): the token, -1 where there is
/// none.
Napi::Value pickTokenExport(const Napi::CallbackInfo& info);

}  // namespace tracewise
