#include "environment.h"

namespace tracewise {
namespace {

template <typename Array>
Array typedArray(const Napi::Value& value, napi_typedarray_type type, const char* name) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != type) {
    throw Napi::TypeError::New(value.Env(),
                               std::string("Expected a typed array for `") + name + "`");
  }
  return value.As<Array>();
}

template <typename Element>
std::vector<Element> copyOf(Napi::TypedArrayOf<Element> array) {
  return std::vector<Element>(array.Data(), array.Data() + array.ElementLength());
}

}  // namespace

void Environment::abortAll() {
  for (const auto& context : running) context->abort();
  for (const auto& cancelled : loads) *cancelled = true;
}

std::vector<int32_t> readInt32Array(const Napi::Object& object, const char* key) {
  return copyOf(typedArray<Napi::Int32Array>(object.Get(key), napi_int32_array, key));
}

std::vector<int8_t> readInt8Array(const Napi::Object& object, const char* key) {
  return copyOf(typedArray<Napi::Int8Array>(object.Get(key), napi_int8_array, key));
}

std::vector<float> readFloat32Array(const Napi::Value& value, const char* name) {
  return copyOf(typedArray<Napi::Float32Array>(value, napi_float32_array, name));
}

double readNumber(const Napi::Object& object, const char* key) {
  const Napi::Value value = object.Get(key);
  if (!value.IsNumber()) {
    throw Napi::TypeError::New(object.Env(), std::string("Expected a number for `") + key + "`");
  }
  return value.As<Napi::Number>().DoubleValue();
}

std::string readString(const Napi::Value& value, const char* name) {
  if (!value.IsString()) {
    throw Napi::TypeError::New(value.Env(), std::string("Expected a string for `") + name + "`");
  }
  return value.As<Napi::String>().Utf8Value();
}

}  // namespace tracewise
