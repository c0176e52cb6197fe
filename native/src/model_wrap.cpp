#include "model_wrap.h"

#include <cstring>

namespace tracewise {
namespace {

constexpr napi_type_tag kModelTag = {0x6d3c7a0e5b1f4c28, 0x9a41e07d2c88f53b};

/// Loads on a thread of libuv's pool; progress comes to the main thread, at most once a percent.
class LoadWorker : public Napi::AsyncProgressWorker<float> {
 public:
  LoadWorker(Napi::Env env, std::string path, ModelOptions options, const Napi::Value& onProgress)
      : AsyncProgressWorker(env),
        deferred(Napi::Promise::Deferred::New(env)),
        cancelled(std::make_shared<std::atomic<bool>>(false)),
        path_(std::move(path)),
        options_(options) {
    if (onProgress.IsFunction()) onProgress_ = Napi::Persistent(onProgress.As<Napi::Function>());
    Environment::of(env).loads.insert(cancelled);
  }

  void Execute(const ExecutionProgress& progress) override {
    int reported = -1;
    model_ = Model::load(
        path_, options_,
        [&](float share) {
          const int percent = static_cast<int>(share * 100);
          if (percent == reported) return;
          reported = percent;
          progress.Send(&share, 1);
        },
        *cancelled);
  }

  void OnProgress(const float* shares, size_t count) override {
    if (onProgress_.IsEmpty() || count == 0) return;
    onProgress_.Call({Napi::Number::New(Env(), shares[count - 1])});
  }

  void OnOK() override {
    Environment& environment = Environment::of(Env());
    environment.loads.erase(cancelled);
    environment.nextModel = std::move(model_);
    deferred.Resolve(environment.modelClass.New({}));
  }

  void OnError(const Napi::Error& error) override {
    Environment::of(Env()).loads.erase(cancelled);
    deferred.Reject(error.Value());
  }

  Napi::Promise::Deferred deferred;
  std::shared_ptr<std::atomic<bool>> cancelled;

 private:
  std::string path_;
  ModelOptions options_;
  Napi::FunctionReference onProgress_;
  std::shared_ptr<Model> model_;
};

}  // namespace

Napi::Function ModelWrap::define(Napi::Env env) {
  return DefineClass(
      env, "Model",
      {InstanceMethod<&ModelWrap::facts>("facts"), InstanceMethod<&ModelWrap::metadata>("metadata"),
       InstanceMethod<&ModelWrap::tokenize>("tokenize"),
       InstanceMethod<&ModelWrap::tokenBytes>("tokenBytes"),
       InstanceMethod<&ModelWrap::isEndOfGeneration>("isEndOfGeneration"),
       InstanceMethod<&ModelWrap::dispose>("dispose")});
}

Napi::Value ModelWrap::load(const Napi::CallbackInfo& info) {
  const auto options = info[1].As<Napi::Object>();
  ModelOptions modelOptions;
  modelOptions.gpuLayers = static_cast<int32_t>(readNumber(options, "gpuLayers"));
  modelOptions.mmap = options.Get("mmap").ToBoolean();
  auto* worker = new LoadWorker(info.Env(), readString(info[0], "path"), modelOptions, info[2]);
  const auto cancelled = worker->cancelled;
  auto handle = Napi::Object::New(info.Env());
  handle.Set("model", worker->deferred.Promise());
  handle.Set("cancel", Napi::Function::New(info.Env(), [cancelled](const Napi::CallbackInfo&) {
               *cancelled = true;
             }));
  worker->Queue();
  return handle;
}

std::shared_ptr<Model> ModelWrap::from(const Napi::Value& value) {
  if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&kModelTag)) {
    throw Napi::TypeError::New(value.Env(), "Expected a Model for `model`");
  }
  auto model = Unwrap(value.As<Napi::Object>())->model_;
  if (!model) throw Napi::Error::New(value.Env(), "the model is disposed");
  return model;
}

ModelWrap::ModelWrap(const Napi::CallbackInfo& info)
    : ObjectWrap(info), model_(std::move(Environment::of(info.Env()).nextModel)) {
  if (!model_) throw Napi::TypeError::New(info.Env(), "Illegal constructor: use loadModel");
  info.This().As<Napi::Object>().TypeTag(&kModelTag);
}

const Model& ModelWrap::model() const {
  if (!model_) throw std::logic_error("the model is disposed");
  return *model_;
}

Napi::Value ModelWrap::facts(const Napi::CallbackInfo& info) {
  const Model& model = this->model();
  const LlamaApi& api = model.api();
  char description[256] = "";
  api.llama_model_desc(model.get(), description, sizeof description);
  const char* chatTemplate = api.llama_model_chat_template(model.get(), nullptr);
  const auto text = [&](llama_token token) -> Napi::Value {
    if (!model.hasTokenizer() || !model.isToken(token)) return info.Env().Undefined();
    return Napi::String::New(info.Env(), api.llama_vocab_get_text(model.vocab(), token));
  };
  const llama_token begin = api.llama_vocab_bos(model.vocab());
  auto facts = Napi::Object::New(info.Env());
  facts.Set("description", description);
  facts.Set("vocabularySize", model.vocabularySize());
  facts.Set("hasTokenizer", model.hasTokenizer());
  facts.Set("trainedTokens", api.llama_model_n_ctx_train(model.get()));
  facts.Set("layers", api.llama_model_n_layer(model.get()));
  facts.Set("embeddingSize", api.llama_model_n_embd(model.get()));
  facts.Set("heads", api.llama_model_n_head(model.get()));
  facts.Set("keyValueHeads", api.llama_model_n_head_kv(model.get()));
  facts.Set("parameters", static_cast<double>(api.llama_model_n_params(model.get())));
  facts.Set("weightBytes", static_cast<double>(api.llama_model_size(model.get())));
  facts.Set("isRecurrent", api.llama_model_is_recurrent(model.get()));
  facts.Set("isHybrid", api.llama_model_is_hybrid(model.get()));
  facts.Set("isDiffusion", api.llama_model_is_diffusion(model.get()));
  facts.Set("hasEncoder", api.llama_model_has_encoder(model.get()));
  facts.Set("hasDecoder", api.llama_model_has_decoder(model.get()));
  facts.Set("addsBegin", api.llama_vocab_get_add_bos(model.vocab()));
  facts.Set("addsSpacePrefix", model.addsSpacePrefix());
  facts.Set("beginToken", begin);
  facts.Set("beginText", text(begin));
  facts.Set("endText", text(api.llama_vocab_eos(model.vocab())));
  if (chatTemplate) facts.Set("chatTemplate", chatTemplate);
  return facts;
}

Napi::Value ModelWrap::metadata(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), model().metadata(readString(info[0], "key")));
}

Napi::Value ModelWrap::tokenize(const Napi::CallbackInfo& info) {
  const auto tokens = model().tokenize(readString(info[0], "text"), info[1].ToBoolean());
  auto array = Napi::Int32Array::New(info.Env(), tokens.size());
  std::memcpy(array.Data(), tokens.data(), tokens.size() * sizeof(int32_t));
  return array;
}

Napi::Value ModelWrap::tokenBytes(const Napi::CallbackInfo& info) {
  const std::string bytes = model().tokenBytes(info[0].ToNumber());
  auto array = Napi::Uint8Array::New(info.Env(), bytes.size());
  std::memcpy(array.Data(), bytes.data(), bytes.size());
  return array;
}

Napi::Value ModelWrap::isEndOfGeneration(const Napi::CallbackInfo& info) {
  const int32_t token = info[0].ToNumber();
  const bool isEnd =
      model().isToken(token) && model().api().llama_vocab_is_eog(model().vocab(), token);
  return Napi::Boolean::New(info.Env(), isEnd);
}

Napi::Value ModelWrap::dispose(const Napi::CallbackInfo& info) {
  // Contexts and steps in flight hold the model too: it is freed with the last of them.
  model_.reset();
  return info.Env().Undefined();
}

}  // namespace tracewise
