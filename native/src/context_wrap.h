// The JavaScript face of a context.
#pragma once

#include "environment.h"

namespace tracewise {

class ContextWrap : public Napi::ObjectWrap<ContextWrap> {
 public:
  static Napi::Function define(Napi::Env env);
  /// createContext(model, options): Promise<Context>
  static Napi::Value create(const Napi::CallbackInfo& info);

  explicit ContextWrap(const Napi::CallbackInfo& info);

 private:
  Context& context() const;
  Napi::Value facts(const Napi::CallbackInfo& info);
  Napi::Value step(const Napi::CallbackInfo& info);
  Napi::Value abort(const Napi::CallbackInfo& info);
  Napi::Value shareCells(const Napi::CallbackInfo& info);
  Napi::Value removeCells(const Napi::CallbackInfo& info);
  Napi::Value dispose(const Napi::CallbackInfo& info);

  std::shared_ptr<Context> context_;
};

}  // namespace tracewise
