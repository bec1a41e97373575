#include <cstdlib>
#include <string_view>

#include "logql/engine.h"
#include "logql/syntax/parser.h"
#include "logql/syntax/printer.h"

namespace {

// A query that can be parsed is printed as the same query; NaN and infinities have no spelling.
void check_printing(const logsvc::logql::Expr& expr) {
  const std::string line = logsvc::logql::print(expr);
  if (line.find("NaN") != std::string::npos || line.find("Inf") != std::string::npos) return;
  for (const std::string& text : {line, logsvc::logql::pretty_print(expr)}) {
    const auto again = logsvc::logql::parse(text);
    if (!again.ok() || logsvc::logql::print(**again) != line) std::abort();
  }
}

// Loki's lexer takes a lone ! as a name, which cannot be written before an =.
bool has_lone_exclamation(std::string_view query) {
  for (size_t at = query.find('!'); at != query.npos; at = query.find('!', at + 1)) {
    if (at + 1 == query.size() || std::string_view("=~>").find(query[at + 1]) == query.npos) {
      return true;
    }
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view query(reinterpret_cast<const char*>(data), size);
  const auto expr = logsvc::logql::parse(query);
  if (expr.ok() && !has_lone_exclamation(query)) check_printing(**expr);
  (void)logsvc::logql::TailQuery::parse(query).ok();
  return 0;
}
