// Bodies that come in chunks are bounded, and the same however they are cut.
#include <cstdlib>

#include "http/chunked_decoder.h"

namespace {

using namespace logsvc::http;

const Limits kLimits;
constexpr uint64_t kMaxBody = 4096;

ChunkedDecoder::State decode(std::string_view bytes, size_t piece, std::string& body) {
  ChunkedDecoder decoder(kLimits);
  auto state = ChunkedDecoder::State::kMore;
  while (!bytes.empty() && state == ChunkedDecoder::State::kMore) {
    std::string_view part = bytes.substr(0, piece);
    const size_t before = part.size();
    state = decoder.feed(part, body, kMaxBody);
    bytes.remove_prefix(before - part.size());
  }
  return state;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::string whole, cut;
  const auto state = decode(bytes, size + 1, whole);
  if (whole.size() > kMaxBody || decode(bytes, 1, cut) != state || cut != whole) std::abort();
  return 0;
}
