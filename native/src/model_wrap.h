// The JavaScript face of a model.
#pragma once

#include "environment.h"

namespace tracewise {

class ModelWrap : public Napi::ObjectWrap<ModelWrap> {
 public:
  static Napi::Function define(Napi::Env env);
  /// loadModel(path, { gpuLayers, mmap }, onProgress): { model: Promise<Model>, cancel() }
  static Napi::Value load(const Napi::CallbackInfo& info);
  /// The model in a JavaScript value. Throws a TypeError for anything else and an Error once
  /// disposed.
  static std::shared_ptr<Model> from(const Napi::Value& value);

  explicit ModelWrap(const Napi::CallbackInfo& info);

 private:
  const Model& model() const;
  Napi::Value facts(const Napi::CallbackInfo& info);
  Napi::Value metadata(const Napi::CallbackInfo& info);
  Napi::Value tokenize(const Napi::CallbackInfo& info);
  Napi::Value tokenBytes(const Napi::CallbackInfo& info);
  Napi::Value isEndOfGeneration(const Napi::CallbackInfo& info);
  Napi::Value dispose(const Napi::CallbackInfo& info);

  std::shared_ptr<Model> model_;
};

}  // namespace tracewise
