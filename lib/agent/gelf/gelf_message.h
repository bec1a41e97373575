// GELF over UDP: datagrams into messages. A message may come in chunks, and packed by gzip or zlib.
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

// The parts of a message that labels are made of. kInvalid if it is no JSON object.
Result<GelfMessage> parse_gelf(std::string_view json);

// Puts the chunks of messages together. At most 1000 messages are waited for, each for 5 s.
class GelfAssembler {
 public:
  static constexpr size_t kMaxMessageBytes = 1u << 20;  // unpacked
  // The message that the datagram is or completes, unpacked; none: more of it is to come. kInvalid
  // for what is no GELF, or too long.
  Result<std::optional<std::string>> add(std::string_view datagram, int64_t steady_ns);
  // Messages of which chunks never came, so far.
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
