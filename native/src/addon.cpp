// What the addon exports; src/llama/addon.ts describes it in TypeScript.
#include "arithmetic_exports.h"
#include "context_wrap.h"
#include "environment.h"
#include "model_wrap.h"

namespace tracewise {
namespace {

const LlamaApi& openApi() {
  const LlamaApi* api = llamaApi();
  if (!api) throw std::logic_error("the libraries are not open");
  return *api;
}

Napi::Value openLibraries(const Napi::CallbackInfo& info) {
  const auto paths = info[0].As<Napi::Object>();
  const LlamaApi& api =
      openLlama({readString(paths.Get("base"), "base"), readString(paths.Get("ggml"), "ggml"),
                 readString(paths.Get("llama"), "llama")});
  return Napi::String::New(info.Env(), api.llama_version());
}

Napi::Value backends(const Napi::CallbackInfo& info) {
  const LlamaApi& api = openApi();
  auto names = Napi::Array::New(info.Env());
  for (size_t i = 0; i < api.ggml_backend_reg_count(); i++) {
    names.Set(static_cast<uint32_t>(i), api.ggml_backend_reg_name(api.ggml_backend_reg_get(i)));
  }
  return names;
}

Napi::Value loadBackends(const Napi::CallbackInfo& info) {
  openApi().ggml_backend_load_all_from_path(readString(info[0], "folder").c_str());
  return info.Env().Undefined();
}

Napi::Value loadBackend(const Napi::CallbackInfo& info) {
  const bool loaded = openApi().ggml_backend_load(readString(info[0], "path").c_str()) != nullptr;
  return Napi::Boolean::New(info.Env(), loaded);
}

Napi::Value devices(const Napi::CallbackInfo& info) {
  const LlamaApi& api = openApi();
  auto list = Napi::Array::New(info.Env());
  for (size_t i = 0; i < api.ggml_backend_dev_count(); i++) {
    ggml_backend_dev_t device = api.ggml_backend_dev_get(i);
    size_t free = 0;
    size_t total = 0;
    api.ggml_backend_dev_memory(device, &free, &total);
    const auto type = api.ggml_backend_dev_type(device);
    auto entry = Napi::Object::New(info.Env());
    entry.Set("name", api.ggml_backend_dev_name(device));
    entry.Set("description", api.ggml_backend_dev_description(device));
    entry.Set("isGpu",
              type == GGML_BACKEND_DEVICE_TYPE_GPU || type == GGML_BACKEND_DEVICE_TYPE_IGPU);
    entry.Set("freeBytes", static_cast<double>(free));
    entry.Set("totalBytes", static_cast<double>(total));
    list.Set(static_cast<uint32_t>(i), entry);
  }
  return list;
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  auto* environment = new Environment;
  env.SetInstanceData(environment);
  env.AddCleanupHook([environment] { environment->abortAll(); });
  environment->modelClass = Napi::Persistent(ModelWrap::define(env));
  environment->contextClass = Napi::Persistent(ContextWrap::define(env));
  const auto set = [&](const char* name, Napi::Value (*function)(const Napi::CallbackInfo&)) {
    exports.Set(name, Napi::Function::New(env, function, name));
  };
  set("openLibraries", openLibraries);
  set("backends", backends);
  set("loadBackends", loadBackends);
  set("loadBackend", loadBackend);
  set("devices", devices);
  set("loadModel", ModelWrap::load);
  set("createContext", ContextWrap::create);
  set("mixRows", mixRowsExport);
  set("pickToken", pickTokenExport);
  return exports;
}

}  // namespace
}  // namespace tracewise

static Napi::Object initAddon(Napi::Env env, Napi::Object exports) {
  return tracewise::init(env, exports);
}

NODE_API_MODULE(tracewise, initAddon)
