#include "arithmetic_exports.h"

#include "environment.h"
#include "mix.h"

namespace tracewise {
namespace {

const Kernels& kernelsOf(const Napi::Object& options) {
  return options.Get("plain").ToBoolean() ? plainKernels : bestKernels();
}

}  // namespace

Napi::Value mixRowsExport(const Napi::CallbackInfo& info) {
  const auto u = readFloat32Array(info[0], "unconditional");
  const auto c = readFloat32Array(info[1], "conditional");
  const auto options = info[2].As<Napi::Object>();
  const Kernels& kernels = kernelsOf(options);
  MixOptions mix;
  mix.guidanceStrength = readNumber(options, "guidanceStrength");
  mix.epsilon = readNumber(options, "epsilon");
  mix.plausibility = readNumber(options, "plausibility");
  mix.guidanceGate = readNumber(options, "guidanceGate");
  if (u.size() != c.size()) throw std::invalid_argument("the rows differ in length");
  auto scores = Napi::Float32Array::New(info.Env(), u.size());
  RowSummary us, cs, guided;
  if (!summarizeRow(u.data(), u.size(), us, kernels)) return info.Env().Undefined();
  if (!summarizeRow(c.data(), c.size(), cs, kernels)) return info.Env().Undefined();
  mixRows(u.data(), us, c.data(), cs, u.size(), mix, scores.Data(), kernels);
  if (!summarizeRow(scores.Data(), u.size(), guided, kernels)) return info.Env().Undefined();
  for (size_t i = 0; i < u.size(); i++) {
    scores[i] = static_cast<float>(logprobOf(scores.Data(), guided, static_cast<int32_t>(i)));
  }
  return scores;
}

Napi::Value pickTokenExport(const Napi::CallbackInfo& info) {
  const auto row = readFloat32Array(info[0], "row");
  const auto options = info[1].As<Napi::Object>();
  const Kernels& kernels = kernelsOf(options);
  PickOptions pick;
  pick.temperature = readNumber(options, "temperature");
  pick.topK = static_cast<size_t>(readNumber(options, "topK"));
  pick.topP = readNumber(options, "topP");
  pick.minP = readNumber(options, "minP");
  pick.uniform = readNumber(options, "uniform");
  RowSummary summary;
  if (!summarizeRow(row.data(), row.size(), summary, kernels)) {
    return Napi::Number::New(info.Env(), -1);
  }
  return Napi::Number::New(info.Env(), pickToken(row.data(), row.size(), summary, pick, kernels));
}

}  // namespace tracewise
