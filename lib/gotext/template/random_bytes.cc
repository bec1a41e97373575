#include "gotext/template/random_bytes.h"

#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace logsvc::tmpl {

Result<std::string> random_bytes(size_t count) {
  constexpr size_t kAtOnce = 256;  // the system gives at most this much at once
  std::string out(count, '\0');
  for (size_t at = 0; at < count; at += kAtOnce) {
    if (::getentropy(out.data() + at, std::min(kAtOnce, count - at)) != 0) {
      return Error{ErrorCode::kIo, "the system has no random bytes"};
    }
  }
  return out;
}

Result<uint64_t> random_below(uint64_t bound) {
  // Numbers beyond the last whole multiple would favour the small ones.
  const uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
  for (;;) {
    ASSIGN_OR_RETURN(const std::string bytes, random_bytes(sizeof(uint64_t)));
    uint64_t number = 0;
    std::memcpy(&number, bytes.data(), sizeof number);
    if (number < limit) return number % bound;
  }
}

}  // namespace logsvc::tmpl
