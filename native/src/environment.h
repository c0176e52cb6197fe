// What the addon keeps per JavaScript environment (the main thread, each worker thread), and the
// helpers that read JavaScript values.
#pragma once

#include <napi.h>

#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "context.h"
#include "model.h"

namespace tracewise {

struct Environment {
  Napi::FunctionReference modelClass;
  Napi::FunctionReference contextClass;
  // Handed to the constructor of a wrap that this addon makes; null where JavaScript calls it.
  std::shared_ptr<Model> nextModel;
  std::shared_ptr<Context> nextContext;
  // What is aborted when the environment ends.
  std::set<std::shared_ptr<Context>> running;
  std::set<std::shared_ptr<std::atomic<bool>>> loads;

  static Environment& of(Napi::Env env) { return *env.GetInstanceData<Environment>(); }
  void abortAll();
};

/// A typed array's elements, copied. Throws a TypeError for anything else.
std::vector<int32_t> readInt32Array(const Napi::Object& object, const char* key);
std::vector<int8_t> readInt8Array(const Napi::Object& object, const char* key);
std::vector<float> readFloat32Array(const Napi::Value& value, const char* name);
/// A number property. Throws a TypeError for anything else.
double readNumber(const Napi::Object& object, const char* key);
std::string readString(const Napi::Value& value, const char* name);

}  // namespace tracewise
