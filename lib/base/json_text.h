// Strings in JSON text.
#pragma once

#include <string>
#include <string_view>

namespace logsvc {

enum class JsonEscapes {
  kNeeded,  // quotes, backslashes and control characters; bytes that are no UTF-8 become U+FFFD
  kShort,   // as kNeeded, \b and \f in their short forms, as OTLP's collector has them
  kHtml,    // as kNeeded, also < > & and U+2028/9, as Loki's answers have them in log lines
  kGo,      // as kHtml, but \ufffd is written for bytes that are no UTF-8: Go's encoding/json
};

// Appends "text" with its quotes.
void append_json_string(std::string& out, std::string_view text, JsonEscapes escapes);

}  // namespace logsvc
