// Reads the requests of a connection, heads and bodies. However the bytes are cut, the result is
// the same and within the limits.
#include <cstdlib>
#include <vector>

#include "http/request_reader.h"

namespace {

using namespace logsvc::http;
using State = RequestReader::State;

constexpr uint64_t kMaxBody = 4096;
const Limits kLimits;

struct Reading {
  std::vector<Request> requests;
  State end = State::kIdle;
  int refusal = 0;
};

Reading read(std::string_view bytes, size_t piece) {
  RequestReader reader(kLimits, nullptr);
  Reading out;
  while (!bytes.empty() && reader.state() != State::kRefused) {
    const size_t taken = std::min(piece, bytes.size());
    reader.feed(bytes.substr(0, taken));
    bytes.remove_prefix(taken);
    while (reader.state() == State::kAdmitting || reader.state() == State::kWhole) {
      if (reader.state() == State::kAdmitting) {
        reader.admit(kMaxBody);
      } else {
        out.requests.push_back(reader.take());
      }
    }
  }
  out.end = reader.state();
  if (out.end == State::kRefused) out.refusal = reader.refusal().status;
  return out;
}

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Reading whole = read(bytes, size + 1);
  for (const Request& request : whole.requests) {
    require(request.body.size() <= kMaxBody && request.headers.size() <= kLimits.max_headers);
    require(request.target.find_first_of(std::string_view("\0\r\n ", 4)) == std::string::npos);
    for (const auto& [name, value] : request.headers) {
      require(!name.empty() && value.find_first_of(std::string_view("\0\r\n", 3)) == value.npos);
    }
  }
  for (const size_t piece : {size_t{1}, size_t{5}}) {
    const Reading cut = read(bytes, piece);
    require(cut.refusal == whole.refusal && cut.end == whole.end);
    require(cut.requests.size() == whole.requests.size());
    for (size_t i = 0; i < cut.requests.size(); ++i) {
      require(cut.requests[i].body == whole.requests[i].body);
      require(cut.requests[i].target == whole.requests[i].target);
    }
  }
  return 0;
}
