#include "context_wrap.h"

#include <cstring>

#include "model_wrap.h"

namespace tracewise {
namespace {

ChoiceRequest readChoice(const Napi::Object& object) {
  ChoiceRequest choice;
  choice.row = static_cast<int32_t>(readNumber(object, "row"));
  choice.conditionalRow = static_cast<int32_t>(readNumber(object, "conditionalRow"));
  choice.pick.temperature = readNumber(object, "temperature");
  choice.pick.topK = static_cast<size_t>(readNumber(object, "topK"));
  choice.pick.topP = readNumber(object, "topP");
  choice.pick.minP = readNumber(object, "minP");
  choice.pick.uniform = readNumber(object, "uniform");
  choice.mix.guidanceStrength = readNumber(object, "guidanceStrength");
  choice.mix.epsilon = readNumber(object, "epsilon");
  choice.mix.plausibility = readNumber(object, "plausibility");
  choice.mix.guidanceGate = readNumber(object, "guidanceGate");
  choice.topCount = static_cast<size_t>(readNumber(object, "topCount"));
  choice.draftToken = static_cast<int32_t>(readNumber(object, "draftToken"));
  return choice;
}

Step readStep(const Napi::Object& object) {
  Step step;
  step.tokens = readInt32Array(object, "tokens");
  step.positions = readInt32Array(object, "positions");
  step.sequences = readInt32Array(object, "sequences");
  step.outputs = readInt8Array(object, "outputs");
  step.decodeSizes = readInt32Array(object, "decodeSizes");
  step.copies = readInt32Array(object, "copies");
  if (!object.Get("choices").IsArray()) {
    throw Napi::TypeError::New(object.Env(), "Expected an array for `choices`");
  }
  const auto choices = object.Get("choices").As<Napi::Array>();
  for (uint32_t i = 0; i < choices.Length(); i++) {
    step.choices.push_back(readChoice(choices.Get(i).As<Napi::Object>()));
  }
  return step;
}

Napi::Value topOf(Napi::Env env, const std::vector<TokenLogprob>& top) {
  auto array = Napi::Array::New(env, top.size());
  for (uint32_t i = 0; i < top.size(); i++) {
    auto entry = Napi::Object::New(env);
    entry.Set("token", top[i].token);
    entry.Set("logprob", top[i].logprob);
    array.Set(i, entry);
  }
  return array;
}

Napi::Value choiceOf(Napi::Env env, const ChoiceResult& result, const ChoiceRequest& request) {
  auto choice = Napi::Object::New(env);
  choice.Set("token", result.token);
  choice.Set("unconditional", result.unconditional);
  choice.Set("conditional", result.conditional);
  choice.Set("guided", result.guided);
  if (request.topCount > 0) {
    choice.Set("topUnconditional", topOf(env, result.topUnconditional));
    choice.Set("topConditional", topOf(env, result.topConditional));
    choice.Set("topGuided", topOf(env, result.topGuided));
  }
  return choice;
}

const char* nameOf(StepStatus status) {
  switch (status) {
    case StepStatus::done:
      return "done";
    case StepStatus::aborted:
      return "aborted";
    case StepStatus::cacheFull:
      return "cache-full";
    default:
      return "failed";
  }
}

class StepWorker : public Napi::AsyncWorker {
 public:
  StepWorker(Napi::Env env, std::shared_ptr<Context> context, Step step)
      : AsyncWorker(env),
        deferred(Napi::Promise::Deferred::New(env)),
        context_(std::move(context)),
        step_(std::move(step)) {
    Environment::of(env).running.insert(context_);
  }

  void Execute() override { result_ = context_->run(step_); }

  void OnOK() override {
    finish();
    auto choices = Napi::Array::New(Env(), result_.choices.size());
    for (uint32_t i = 0; i < result_.choices.size(); i++) {
      choices.Set(i, choiceOf(Env(), result_.choices[i], step_.choices[i]));
    }
    auto copies = Napi::Float32Array::New(Env(), result_.copies.size());
    std::memcpy(copies.Data(), result_.copies.data(), result_.copies.size() * sizeof(float));
    auto object = Napi::Object::New(Env());
    object.Set("status", nameOf(result_.status));
    object.Set("completedDecodes", result_.completedDecodes);
    object.Set("code", result_.code);
    object.Set("log", result_.log);
    object.Set("choices", choices);
    object.Set("copies", copies);
    deferred.Resolve(object);
  }

  void OnError(const Napi::Error& error) override {
    finish();
    deferred.Reject(error.Value());
  }

  Napi::Promise::Deferred deferred;

 private:
  void finish() {
    Environment::of(Env()).running.erase(context_);
    context_->end();
  }

  std::shared_ptr<Context> context_;
  Step step_;
  StepResult result_;
};

class CreateWorker : public Napi::AsyncWorker {
 public:
  CreateWorker(Napi::Env env, std::shared_ptr<Model> model, ContextOptions options)
      : AsyncWorker(env),
        deferred(Napi::Promise::Deferred::New(env)),
        model_(std::move(model)),
        options_(options) {}

  void Execute() override { context_ = std::make_shared<Context>(model_, options_); }

  void OnOK() override {
    Environment& environment = Environment::of(Env());
    environment.nextContext = std::move(context_);
    deferred.Resolve(environment.contextClass.New({}));
  }

  void OnError(const Napi::Error& error) override { deferred.Reject(error.Value()); }

  Napi::Promise::Deferred deferred;

 private:
  std::shared_ptr<Model> model_;
  ContextOptions options_;
  std::shared_ptr<Context> context_;
};

ggml_type readCacheType(const std::string& name) {
  if (name == "f16") return GGML_TYPE_F16;
  if (name == "bf16") return GGML_TYPE_BF16;
  if (name == "f32") return GGML_TYPE_F32;
  if (name == "q8_0") return GGML_TYPE_Q8_0;
  throw std::invalid_argument("unknown cache type " + name);
}

}  // namespace

Napi::Function ContextWrap::define(Napi::Env env) {
  return DefineClass(
      env, "Context",
      {InstanceMethod<&ContextWrap::facts>("facts"), InstanceMethod<&ContextWrap::step>("step"),
       InstanceMethod<&ContextWrap::abort>("abort"),
       InstanceMethod<&ContextWrap::shareCells>("shareCells"),
       InstanceMethod<&ContextWrap::removeCells>("removeCells"),
       InstanceMethod<&ContextWrap::dispose>("dispose")});
}

Napi::Value ContextWrap::create(const Napi::CallbackInfo& info) {
  auto model = ModelWrap::from(info[0]);
  const auto object = info[1].As<Napi::Object>();
  ContextOptions options;
  options.contextTokens = static_cast<uint32_t>(readNumber(object, "contextTokens"));
  options.batchTokens = static_cast<uint32_t>(readNumber(object, "batchTokens"));
  options.maxSequences = static_cast<uint32_t>(readNumber(object, "maxSequences"));
  options.maxOutputs = static_cast<uint32_t>(readNumber(object, "maxOutputs"));
  options.threads = static_cast<int32_t>(readNumber(object, "threads"));
  options.flashAttention = static_cast<int32_t>(readNumber(object, "flashAttention"));
  options.cacheType = readCacheType(readString(object.Get("cacheType"), "cacheType"));
  auto* worker = new CreateWorker(info.Env(), std::move(model), options);
  const auto promise = worker->deferred.Promise();
  worker->Queue();
  return promise;
}

ContextWrap::ContextWrap(const Napi::CallbackInfo& info)
    : ObjectWrap(info), context_(std::move(Environment::of(info.Env()).nextContext)) {
  if (!context_) throw Napi::TypeError::New(info.Env(), "Illegal constructor: use createContext");
}

Context& ContextWrap::context() const {
  if (!context_) throw std::logic_error("the context is disposed");
  return *context_;
}

Napi::Value ContextWrap::facts(const Napi::CallbackInfo& info) {
  auto facts = Napi::Object::New(info.Env());
  facts.Set("contextTokens", context().contextTokens());
  facts.Set("batchTokens", context().batchTokens());
  facts.Set("maxSequences", context().maxSequences());
  return facts;
}

Napi::Value ContextWrap::step(const Napi::CallbackInfo& info) {
  Step step = readStep(info[0].As<Napi::Object>());
  context().validate(step);
  if (!context().begin()) throw std::logic_error("the context is busy: one step at a time");
  auto* worker = new StepWorker(info.Env(), context_, std::move(step));
  const auto promise = worker->deferred.Promise();
  worker->Queue();
  return promise;
}

Napi::Value ContextWrap::abort(const Napi::CallbackInfo& info) {
  if (context_) context_->abort();
  return info.Env().Undefined();
}

Napi::Value ContextWrap::shareCells(const Napi::CallbackInfo& info) {
  context().shareCells(info[0].ToNumber(), info[1].ToNumber(), info[2].ToNumber(),
                       info[3].ToNumber());
  return info.Env().Undefined();
}

Napi::Value ContextWrap::removeCells(const Napi::CallbackInfo& info) {
  context().removeCells(info[0].ToNumber(), info[1].ToNumber());
  return info.Env().Undefined();
}

Napi::Value ContextWrap::dispose(const Napi::CallbackInfo& info) {
  // A step in flight holds the context too; it ends at the next operation and frees it then.
  if (context_) context_->abort();
  context_.reset();
  return info.Env().Undefined();
}

}  // namespace tracewise
