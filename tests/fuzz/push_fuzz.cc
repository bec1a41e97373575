#include "wire/push_json.h"
#include "wire/push_protobuf.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  logsvc::wire::LabelTextCache labels;
  (void)logsvc::wire::decode_push_protobuf(bytes, 1 << 20, labels).ok();
  (void)logsvc::wire::decode_push_message(bytes, labels).ok();
  (void)logsvc::wire::decode_push_json(bytes).ok();
  (void)logsvc::wire::decode_legacy_push_json(bytes).ok();
  return 0;
}
