#include "logql/engine.h"
#include "logql/syntax/parser.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view query(reinterpret_cast<const char*>(data), size);
  (void)logsvc::logql::parse(query).ok();
  (void)logsvc::logql::TailQuery::parse(query).ok();
  return 0;
}
