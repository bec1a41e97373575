#include "agent/gelf/gelf_message.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace logsvc::agent;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)parse_gelf(bytes).ok();
  // Datagrams have 40 bytes, and some are chunks.
  GelfAssembler assembler;
  for (size_t at = 0; at < bytes.size(); at += 40) {
    const auto message =
        assembler.add(bytes.substr(at, 40), static_cast<int64_t>(at) * 100'000'000);
    if (message.ok() && *message) (void)parse_gelf(**message).ok();
  }
  return 0;
}
