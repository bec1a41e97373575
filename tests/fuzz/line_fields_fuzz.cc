#include "extract/json_fields.h"
#include "extract/level.h"
#include "extract/log_line_fields.h"
#include "extract/logfmt_fields.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  const auto visit = [](std::string_view, std::string_view) { return true; };
  logsvc::extract::JsonFields().read(line, visit);
  logsvc::extract::LogfmtFields().read(line, true, visit);
  logsvc::extract::LogfmtFields().read(line, false, visit);
  logsvc::extract::read_log_line(line);
  logsvc::extract::level_of_text(line);
  return 0;
}
