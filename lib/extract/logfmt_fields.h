// key=value pairs of a line, as `| logfmt` reads them. Follows Loki 3.7.6.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace logsvc::extract {

class LogfmtFields {
 public:
  // Called for each pair, key sanitised, quoted values unescaped, bytes that are no UTF-8 as
  // U+FFFD; a bare key has an empty value. Views live during the call. Return false to stop.
  using Visit = std::function<bool(std::string_view key, std::string_view value)>;

  // strict: stops at the first fault and returns its text; else faulty pairs are left out and the
  // result is empty. Reuses buffers: one object a thread.
  std::string read(std::string_view line, bool strict, const Visit& visit);

  // Inside visit: the key as written.
  std::string_view raw_key() const { return raw_key_; }

 private:
  std::string_view raw_key_;
  std::string key_;
  std::string value_;
};

}  // namespace logsvc::extract
