#include "wire/otlp.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const logsvc::wire::OtlpLimits limits{.max_batch_bytes = 1 << 20};
  (void)logsvc::wire::decode_otlp_protobuf(bytes, 1, limits).ok();
  (void)logsvc::wire::decode_otlp_json(bytes, 1, limits).ok();
  return 0;
}
