#include "gotext/template/template.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace logsvc;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto parsed = tmpl::Template::parse("line", text);
  if (!parsed.ok()) return 0;
  const auto labels = std::make_shared<const Labels>(Labels{{"a", "1"}, {"b", "{\"c\":[1,2]}"}});
  std::string out;
  (void)parsed->render(1'700'000'000 * kSecond, text, labels, out).ok();
  return 0;
}
