#include "agent/syslog/framing.h"
#include "agent/syslog/message.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace logsvc::agent;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const SyslogFormat format : {SyslogFormat::kRfc5424, SyslogFormat::kRfc3164}) {
    (void)parse_syslog(bytes, format, 1'767'272'400'000'000'000).ok();
    SyslogFraming framing(200);
    const auto on_message = [&](std::string_view text) {
      (void)parse_syslog(text, format, 0).ok();
    };
    for (size_t at = 0; at < bytes.size(); at += 7) {
      if (!framing.feed(bytes.substr(at, 7), on_message).ok()) break;
    }
    framing.finish(on_message);
  }
  return 0;
}
