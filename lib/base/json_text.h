// Writes strings in JSON text.
#pragma once

#include <string>
#include <string_view>

namespace logsvc {

enum class JsonEscapes {
  kNeeded,  // quotes, backslashes and control characters; invalid UTF-8 becomes U+FFFD
  kShort,   // as kNeeded, but \b and \f in their short forms, as OTLP's collector writes them
  kHtml,    // as kNeeded, also < > & and U+2028/9, as Loki's answers write log lines
  kGo,      // as kHtml, but invalid UTF-8 is written as \ufffd: Go's encoding/json
};

// Appends "text" with its quotes.
void append_json_string(std::string& out, std::string_view text, JsonEscapes escapes);

}  // namespace logsvc
