// Says what is looked for in the values of columns. Borrows its bytes.
#pragma once

#include <algorithm>
#include <cstring>
#include <string_view>

#include "base/any_case.h"

namespace logsvc::store {

// Says where in the value the needle has to be.
enum class Where : uint8_t { kAnywhere, kAtStart, kAtEnd, kWhole };

struct Needle {
  std::string_view bytes;
  bool any_case = false;  // ASCII letters in either case; bytes has the lower one

  Needle(std::string_view text, bool either = false) : bytes(text), any_case(either) {}

  size_t size() const { return bytes.size(); }
  bool empty() const { return bytes.empty(); }
  Needle substr(size_t from, size_t n = std::string_view::npos) const {
    return {bytes.substr(from, n), any_case};
  }

  bool is(std::string_view text) const {
    return any_case ? equals_any_case(text, bytes) : text == bytes;
  }
  // Returns the first place in the text; npos if there is none.
  size_t find_in(std::string_view text) const {
    if (any_case) return find_any_case(text, bytes);
    if (size() > text.size()) return std::string_view::npos;
    const void* hit = memmem(text.data(), text.size(), bytes.data(), size());
    return hit ? static_cast<size_t>(static_cast<const char*>(hit) - text.data())
               : std::string_view::npos;
  }
  bool is_in(std::string_view value, Where where) const {
    if (where == Where::kAnywhere) return find_in(value) != std::string_view::npos;
    if (where == Where::kWhole) return is(value);
    if (size() > value.size()) return false;
    return is(where == Where::kAtStart ? value.substr(0, size())
                                       : value.substr(value.size() - size()));
  }
};

}  // namespace logsvc::store
