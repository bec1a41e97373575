#include <cstdlib>

#include "agent/files/line_source.h"
#include "agent/files/text_decoder.h"

namespace {

// Gives the input in pieces.
class Pieces : public logsvc::agent::ByteSource {
 public:
  explicit Pieces(std::string_view bytes) : bytes_(bytes) {}
  logsvc::Result<size_t> read(char* to, size_t n) override {
    const std::string_view piece = bytes_.substr(0, std::min<size_t>(n, 5));
    piece.copy(to, piece.size());
    bytes_.remove_prefix(piece.size());
    return piece.size();
  }

 private:
  std::string_view bytes_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace logsvc::agent;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const char* name : {"UTF-16", "UTF-32LE", "Shift_JIS", "GB18030", "ISO-2022-JP", "IBM037"}) {
    const auto decoder = TextDecoder::make(name);
    if (!decoder.ok() || !(*decoder)->begin(bytes.substr(0, TextDecoder::kHeadBytes))) continue;
    LineSource lines(std::make_unique<Pieces>(bytes), 0);
    lines.set_line_end((*decoder)->line_end());
    uint64_t end = 0;
    const auto on_line = [&](std::string_view line, uint64_t at) {
      if (at != end || at % (*decoder)->unit_bytes() != 0) std::abort();  // no byte twice or lost
      end = lines.offset();
      (void)(*decoder)->decode(line, at == 0);
    };
    while (true) {
      const auto more = lines.read(1 << 20, on_line);
      if (!more.ok() || !*more) break;
    }
    lines.finish(on_line);
    if (lines.offset() != size) std::abort();
  }
  return 0;
}
