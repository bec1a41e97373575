#include <cstdlib>
#include <string>

#include "base/json_cursor.h"
#include "masking/masker.h"

namespace {

using logsvc::JsonCursor;
using logsvc::masking::Masker;

bool skip_value(JsonCursor& cursor) {
  const char next = cursor.ahead();
  logsvc::JsonScalar scalar;
  if (next != '{' && next != '[') return cursor.scalar(scalar);
  if (!cursor.open()) return false;
  while (next == '{' ? cursor.next_member(scalar) : cursor.next_item()) {
    if (!skip_value(cursor)) return false;
  }
  return !cursor.failed();
}

bool is_json(std::string_view text) {
  JsonCursor cursor(text, 100);
  return skip_value(cursor) && cursor.finish();
}

}  // namespace

// What is masked has nothing to hide any more, and JSON stays JSON.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto masker = Masker::of_built_ins();
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  std::string out, again;
  if (!masker->mask(line, out)) return 0;
  if (masker->mask(out, again)) std::abort();
  if (is_json(line) && !is_json(out)) std::abort();
  return 0;
}
