#include <cstdlib>

#include "base/json_cursor.h"
#include "extract/json_tree.h"

namespace {

using logsvc::JsonCursor;
using logsvc::JsonScalar;

void require(bool good) {
  if (!good) std::abort();
}

// Reads the value that comes next and returns whether it is JSON. If it is, reading it as written
// ends at the same place.
bool value(JsonCursor& json) {
  const char c = json.ahead();
  JsonCursor written = json;
  JsonScalar scalar;
  if (c == '{' || c == '[') {
    if (!json.open()) return false;
    while (c == '{' ? json.next_member(scalar) : json.next_item()) {
      if (!value(json)) return false;
    }
    if (json.failed()) return false;
    require(written.block());
  } else {
    if (!json.scalar(scalar)) return false;
    std::string_view text;
    if (c == '"') {
      require(written.quoted(text));
    } else {
      text = written.word();
    }
    // "12x" begins with a number; the x is refused by whoever reads on.
    if (written.at() != json.at()) return c != '"' && text.starts_with(scalar.text);
    require(text == scalar.text);
  }
  require(written.at() == json.at());
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kDepth = 200;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  JsonCursor json(text, kDepth);
  const bool good = value(json) && json.finish();
  require(json.at() <= size && json.depth() <= kDepth);
  const bool tree = logsvc::extract::JsonTree().parse(text);
  require(tree || !good);
  // This reads as written from every place on.
  for (JsonCursor here(text); !here.at_end(); here.skip()) {
    JsonCursor string = here, block = here, word = here;
    std::string_view inside;
    if (here.now() == '"' && !string.quoted(inside)) require(string.at() == here.at());
    if ((here.now() == '{' || here.now() == '[') && !block.block()) {
      require(block.at() == here.at());
    }
    word.word();
    require(string.at() <= size && block.at() <= size && word.at() <= size);
    if (size > 4096) break;
  }
  return 0;
}
