#include "mix.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#define TRACEWISE_INLINE __attribute__((always_inline))

namespace tracewise {
namespace {

constexpr size_t kLanes = 8;
typedef float FloatVector __attribute__((vector_size(kLanes * 4)));
typedef int32_t IntVector __attribute__((vector_size(kLanes * 4)));
typedef double DoubleVector __attribute__((vector_size(kLanes * 8)));

constexpr double kImpossible = -std::numeric_limits<double>::infinity();

TRACEWISE_INLINE inline FloatVector load(const float* from) {
  FloatVector value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

TRACEWISE_INLINE inline void store(float* to, FloatVector value) {
  std::memcpy(to, &value, sizeof value);
}

TRACEWISE_INLINE inline FloatVector splat(float value) { return FloatVector{} + value; }
TRACEWISE_INLINE inline DoubleVector widen(FloatVector value) {
  return __builtin_convertvector(value, DoubleVector);
}
TRACEWISE_INLINE inline FloatVector narrow(DoubleVector value) {
  return __builtin_convertvector(value, FloatVector);
}

template <typename Body>
TRACEWISE_INLINE inline void forVectors(size_t size, Body body) {
  for (size_t i = 0; i + kLanes <= size; i += kLanes) body(i);
}

/// exp of values up to 0, within 2 ulp (the polynomial of Cephes' expf); 0 for NaN and below exp's
/// float range.
TRACEWISE_INLINE inline FloatVector expOf(FloatVector x) {
  const IntVector alive = x > -87.0f;
  x = alive ? x : splat(0);
  // Adding 1.5 * 2^23 rounds to an integer that then stands in the low bits.
  constexpr float kRounder = 12582912.0f;
  const FloatVector rounded = x * 1.44269504088896341f + kRounder;
  const FloatVector n = rounded - kRounder;
  const FloatVector r = x - n * 0.693359375f - n * -2.12194440e-4f;
  FloatVector y = splat(1.9875691500e-4f);
  y = y * r + 1.3981999507e-3f;
  y = y * r + 8.3334519073e-3f;
  y = y * r + 4.1665795894e-2f;
  y = y * r + 1.6666665459e-1f;
  y = y * r + 5.0000001201e-1f;
  y = y * (r * r) + r + 1.0f;
  const IntVector exponent = ((IntVector)rounded - (IntVector)splat(kRounder)) << 23;
  const FloatVector result = (FloatVector)((IntVector)y + exponent);
  return alive ? result : splat(0);
}

/// log of positive normal values, within 2 ulp (the polynomial of Cephes' logf).
TRACEWISE_INLINE inline FloatVector logOf(FloatVector x) {
  constexpr int32_t kSqrtHalf = 0x3f3504f3;
  const IntVector bits = (IntVector)x;
  const IntVector exponent = (bits - kSqrtHalf) >> 23;
  const FloatVector m = (FloatVector)(bits - (exponent << 23)) - 1.0f;
  const FloatVector e = __builtin_convertvector(exponent, FloatVector);
  const FloatVector z = m * m;
  FloatVector y = splat(7.0376836292e-2f);
  y = y * m - 1.1514610310e-1f;
  y = y * m + 1.1676998740e-1f;
  y = y * m - 1.2420140846e-1f;
  y = y * m + 1.4249322787e-1f;
  y = y * m - 1.6668057665e-1f;
  y = y * m + 2.0000714765e-1f;
  y = y * m - 2.4999993993e-1f;
  y = y * m + 3.3333331174e-1f;
  y = y * m * z + e * -2.12194440e-4f - z * 0.5f;
  return m + y + e * 0.693359375f;
}

/// Scores every token, masks the implausible ones and turns NaN and +Infinity into -Infinity.
template <typename Score>
TRACEWISE_INLINE inline void mixEach(const float* u, const float* c, size_t size, float maxC,
                                     double plausibility, float* scores, Score score) {
  const FloatVector impossible = splat(-std::numeric_limits<float>::infinity());
  const FloatVector unusable = splat(std::numeric_limits<float>::infinity());
  // c >= floor in double, so that a float rounding of the floor cannot shut the likeliest token
  // out.
  const bool masked = plausibility > 0;
  const double floor = masked ? maxC + std::log(plausibility) : 0;
  const float lowest = masked ? std::nextafter(static_cast<float>(floor), -INFINITY) : 0;
  const auto one = [&](FloatVector x, FloatVector y) TRACEWISE_INLINE {
    FloatVector s = score(x, y);
    s = s < unusable ? s : impossible;
    if (masked) s = y > lowest ? s : impossible;
    return s;
  };
  forVectors(size,
             [&](size_t i) TRACEWISE_INLINE { store(scores + i, one(load(u + i), load(c + i))); });
  for (size_t i = size - size % kLanes; i < size; i++) scores[i] = one(splat(u[i]), splat(c[i]))[0];
}

}  // namespace

#define TRACEWISE_KERNELS plain
#define TRACEWISE_TARGET
#include "mix_kernels.inc"
#undef TRACEWISE_KERNELS
#undef TRACEWISE_TARGET

const Kernels plainKernels = {"plain",
                              plain::maxOf,
                              plain::indexOf,
                              plain::sumOfExp,
                              plain::totalVariation,
                              plain::mixLogprobs,
                              plain::mixProbabilities};

#if defined(__x86_64__)
#define TRACEWISE_KERNELS avx2
#define TRACEWISE_TARGET __attribute__((target("avx2,fma")))
#include "mix_kernels.inc"

static const Kernels avx2Kernels = {"avx2",
                                    avx2::maxOf,
                                    avx2::indexOf,
                                    avx2::sumOfExp,
                                    avx2::totalVariation,
                                    avx2::mixLogprobs,
                                    avx2::mixProbabilities};

const Kernels& bestKernels() {
  static const bool capable = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  return capable ? avx2Kernels : plainKernels;
}
#else
const Kernels& bestKernels() { return plainKernels; }
#endif

bool summarizeRow(const float* row, size_t size, RowSummary& summary, const Kernels& kernels) {
  summary.max = kernels.maxOf(row, size);
  if (!std::isfinite(summary.max)) return false;
  summary.likeliest = static_cast<int32_t>(kernels.indexOf(row, size, summary.max));
  summary.logSum = summary.max + std::log(kernels.sumOfExp(row, size, summary.max, 1));
  return true;
}

double logprobOf(const float* row, const RowSummary& summary, int32_t token) {
  const double logit = row[token];
  return std::isnan(logit) ? kImpossible : logit - summary.logSum;
}

void mixRows(const float* u, const RowSummary& us, const float* c, const RowSummary& cs,
             size_t size, const MixOptions& options, float* scores, const Kernels& kernels) {
  if (options.guidanceGate > 0 &&
      kernels.totalVariation(u, c, size, us.logSum, cs.logSum) <= options.guidanceGate) {
    MixOptions plain;
    plain.guidanceStrength = 0;
    kernels.mixLogprobs(u, c, size, us.max, cs.max, plain, scores);
  } else if (options.epsilon > 0) {
    kernels.mixProbabilities(u, c, size, us, cs, options, scores);
  } else {
    kernels.mixLogprobs(u, c, size, us.max, cs.max, options, scores);
  }
}

namespace {

/// The tokens of a row, likeliest first, sorted band by band: a pick seldom looks beyond the first.
class Descending {
 public:
  Descending(const float* row, size_t size, float max, double temperature)
      : row_(row), size_(size), max_(max), temperature_(temperature) {}

  struct Entry {
    float logit;
    int32_t token;
  };

  /// The n-th likeliest, or null where every possible token has been given.
  const Entry* at(size_t n) {
    while (n >= sorted_.size()) {
      if (!sortNextBand()) return nullptr;
    }
    return &sorted_[n];
  }

  double weight(const Entry& entry) const {
    return std::exp((static_cast<double>(entry.logit) - max_) / temperature_);
  }

 private:
  bool sortNextBand() {
    if (low_ == kImpossible) return false;
    const double high = low_;
    // Eight nats a band; whatever is left after the fifth comes at once.
    low_ = ++bands_ > 5 ? kImpossible : max_ - 8.0 * bands_ * temperature_;
    const size_t begin = sorted_.size();
    for (size_t i = 0; i < size_; i++) {
      if (row_[i] > low_ && row_[i] <= high) sorted_.push_back({row_[i], static_cast<int32_t>(i)});
    }
    std::sort(sorted_.begin() + begin, sorted_.end(), [](const Entry& a, const Entry& b) {
      return a.logit > b.logit || (a.logit == b.logit && a.token < b.token);
    });
    return true;
  }

  const float* row_;
  size_t size_;
  double max_;
  double temperature_;
  double low_ = std::numeric_limits<double>::infinity();
  int bands_ = 0;
  std::vector<Entry> sorted_;
};

double sumOfFirst(Descending& tokens, size_t count) {
  double sum = 0;
  for (size_t i = 0; i < count; i++) {
    const auto* entry = tokens.at(i);
    if (!entry) break;
    sum += tokens.weight(*entry);
  }
  return sum;
}

/// How many of the likeliest tokens top-k, top-p and min-p leave.
size_t keptCount(Descending& tokens, double totalWeight, const PickOptions& options) {
  size_t kept = options.topK > 0 ? options.topK : std::numeric_limits<size_t>::max();
  if (options.topP < 1) {
    const double wanted =
        options.topP * (options.topK > 0 ? sumOfFirst(tokens, options.topK) : totalWeight);
    double reached = 0;
    for (size_t i = 0; i < kept; i++) {
      const auto* entry = tokens.at(i);
      if (!entry) break;
      reached += tokens.weight(*entry);
      if (reached >= wanted) kept = i + 1;
    }
  }
  for (size_t i = 0; i < kept; i++) {
    const auto* entry = tokens.at(i);
    if (!entry || tokens.weight(*entry) < options.minP) return std::max<size_t>(i, 1);
  }
  return kept;
}

}  // namespace

int32_t pickToken(const float* row, size_t size, const RowSummary& summary,
                  const PickOptions& options, const Kernels& kernels) {
  if (!(options.temperature > 0)) return summary.likeliest;
  Descending tokens(row, size, summary.max, options.temperature);
  const bool narrowed = options.topK > 0 || options.topP < 1 || options.minP > 0;
  const auto scale = static_cast<float>(1 / options.temperature);
  double total = options.topK > 0 ? 0 : kernels.sumOfExp(row, size, summary.max, scale);
  size_t kept = std::numeric_limits<size_t>::max();
  if (narrowed) {
    kept = keptCount(tokens, total, options);
    total = sumOfFirst(tokens, kept);
  }
  double left = options.uniform * total;
  int32_t last = summary.likeliest;
  for (size_t i = 0; i < kept; i++) {
    const auto* entry = tokens.at(i);
    if (!entry) break;
    left -= tokens.weight(*entry);
    last = entry->token;
    if (left < 0) break;
  }
  return last;
}

std::vector<TokenLogprob> topTokens(const float* row, size_t size, const RowSummary& summary,
                                    size_t count) {
  if (count == 0) return {};
  Descending tokens(row, size, summary.max, 1);
  std::vector<TokenLogprob> top;
  for (size_t i = 0; i < count; i++) {
    const auto* entry = tokens.at(i);
    if (!entry) break;
    top.push_back({entry->token, logprobOf(row, summary, entry->token)});
  }
  return top;
}

}  // namespace tracewise
