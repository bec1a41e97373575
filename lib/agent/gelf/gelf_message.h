// Decodes GELF over UDP from datagrams. A message may come in chunks, and be compressed by gzip or
// zlib.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace logsvc::agent {

struct GelfMessage {
  std::string version, host, facility;
  int level = -1;  // 0 to 7; -1: none
  std::optional<Timestamp> time;
};

// Reads the parts of a message that become labels. Returns kInvalid if it is not a JSON object.
Result<GelfMessage> parse_gelf(std::string_view json);

// Joins the chunks of messages. It waits for at most 1000 messages, for 5 s each.
class GelfAssembler {
 public:
  static constexpr size_t kMaxMessageBytes = 1u << 20;  // unpacked
  // Returns the message that the datagram is or completes, unpacked; nullopt if more of it is to
  // come. Returns kInvalid for what is not GELF, or too long.
  Result<std::optional<std::string>> add(std::string_view datagram, int64_t steady_ns);
  // Counts the messages so far of which chunks never came.
  uint64_t incomplete() const { return incomplete_; }

 private:
  struct Pending {
    std::vector<std::optional<std::string>> chunks;
    size_t missing = 0;
    int64_t begun_ns = 0;
  };
  void forget_old(int64_t steady_ns);
  Result<std::optional<std::string>> add_chunk(std::string_view datagram, int64_t steady_ns);

  std::map<std::string, Pending, std::less<>> pending_;  // by id
  uint64_t incomplete_ = 0;
};

}  // namespace logsvc::agent
