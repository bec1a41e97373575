// Sends lines through the column encoder and back. The input's first line is the needle and the
// name of a field, the others are the lines: they must come back byte for byte, a search must find
// what memmem finds, and columns must give for the field what parsing the line gives.
#include <cstdlib>
#include <iostream>

#include "store/columns/column_search.h"
#include "support/stored_columns.h"

using namespace logsvc;
using namespace logsvc::store;
using namespace logsvc::testing;

namespace {
void require(bool ok) {
  if (!ok) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  Lines lines;
  while (true) {
    const size_t end = rest.find('\n');
    lines.push_back(rest.substr(0, end));
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  const std::string_view needle = lines.front();
  lines.erase(lines.begin());
  if (lines.empty()) return 0;
  const StoredColumns columns(lines);
  ColumnReader reader = columns.reader();
  ColumnSearch search(reader);
  const uint32_t root = columns.root();
  const auto found = search.find(root, Needle(needle));
  const LinePredicate not_needle =
      LinePredicate::none_of({LinePredicate::contains(std::string(needle))});
  std::string lower(needle);
  std::transform(lower.begin(), lower.end(), lower.begin(), ascii_lower);
  const auto either = search.find(root, Needle(lower, true));
  const auto missing = search.find(root, not_needle);
  require(found.ok() && missing.ok() && either.ok());
  // One is JSON; the size chooses a way to ask for logfmt.
  const std::vector<FieldParser> parsers = field_parsers();
  for (const FieldParser& parser : {parsers[0], parsers[1 + size % (parsers.size() - 1)]}) {
    const FieldAnswers answers = check_field(columns, lines, parser, needle);
    if (!answers.wrong.empty()) std::cerr << answers.wrong << "\n";
    require(answers.wrong.empty());
  }
  require(reader.load(root).ok());
  ByteBuffer line;
  for (uint32_t r = 0; r < lines.size(); ++r) {
    line.clear();
    reader.append(root, r, line);
    require(line.view(0) == lines[r]);
    require(found->has(r) == (lines[r].find(needle) != std::string_view::npos));
    require(either->has(r) == (find_any_case(lines[r], lower) != std::string_view::npos));
    require(missing->has(r) != found->has(r));
  }
  return 0;
}
