#include "agent/promtail/expand_env.h"
#include "agent/promtail/parse_config.h"
#include "agent/reading_config.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace logsvc;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const config::Environment environment = [](const std::string& name) {
    return name.size() % 2 ? std::optional<std::string>("v/" + name) : std::nullopt;
  };
  (void)agent::expand_promtail_env(text, environment).ok();
  (void)agent::parse_promtail_config("fuzz.yaml", text, {true, environment}).ok();
  (void)agent::looks_like_promtail(text);
  (void)agent::parse_reading_config("fuzz.yaml", text, "h").ok();
  return 0;
}
