#include <cstdlib>

#include "wire/agent_report.h"

// What can be read is written and read again unchanged, except for what writing makes printable.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace logsvc::wire;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const auto report = decode_agent_report(bytes);
  if (!report.ok()) return 0;
  const auto again = decode_agent_report(encode_agent_report(*report));
  if (!again.ok() || again->lines.size() != report->lines.size()) std::abort();
  return 0;
}
