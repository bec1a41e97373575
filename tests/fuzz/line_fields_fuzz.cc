#include "extract/json_fields.h"
#include "extract/json_paths.h"
#include "extract/level.h"
#include "extract/line_level.h"
#include "extract/logfmt_fields.h"
#include "extract/pattern.h"
#include "extract/structured_line.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  const auto visit = [](std::string_view, std::string_view) { return true; };
  logsvc::extract::JsonFields().read(line, visit);
  logsvc::extract::LogfmtFields().read(line, true, visit);
  logsvc::extract::LogfmtFields().read(line, false, visit);
  logsvc::extract::JsonPaths({{{"a", -1}, {"b", -1}}, {{"a", -1}, {"", 0}}})
      .read(line, [](size_t, std::string_view) {});
  (void)logsvc::extract::parse_json_path(line).ok();
  if (const auto pattern = logsvc::extract::Pattern::parse(line); pattern.ok()) {
    pattern->passes(line);
    pattern->captures(line, [](const std::string&, std::string_view) { return true; });
  }
  (void)logsvc::extract::read_json_line(line).pairs;
  (void)logsvc::extract::read_logfmt_line(line).pairs;
  (void)logsvc::extract::read_inspected_line(line).pairs;
  logsvc::extract::normalise_level(line);
  logsvc::extract::level_of_head(line);
  return 0;
}
