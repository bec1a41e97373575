#include "agent/gelf/gelf_message.h"

#include <zlib.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace logsvc::agent {
namespace {

constexpr std::string_view kChunkMagic("\x1e\x0f", 2);
constexpr size_t kIdBytes = 8;
constexpr size_t kChunkHead = 2 + kIdBytes + 2;
constexpr size_t kMaxChunks = 128;
constexpr size_t kMaxPending = 1000;
constexpr Duration kMaxAge = 5 * kSecond;
constexpr double kMaxSeconds = 9e9;

// Unpacks gzip or zlib, as the head says.
Result<std::string> unpacked(std::string_view packed) {
  z_stream stream{};
  if (::inflateInit2(&stream, 15 + 32) != Z_OK) return invalid("no memory to unpack");
  std::string out;
  stream.next_in = reinterpret_cast<unsigned char*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<unsigned int>(packed.size());
  int outcome = Z_OK;
  while (outcome == Z_OK && out.size() <= GelfAssembler::kMaxMessageBytes) {
    char piece[16 * 1024];
    stream.next_out = reinterpret_cast<unsigned char*>(piece);
    stream.avail_out = sizeof piece;
    outcome = ::inflate(&stream, Z_NO_FLUSH);
    out.append(piece, sizeof piece - stream.avail_out);
  }
  ::inflateEnd(&stream);
  if (out.size() > GelfAssembler::kMaxMessageBytes) return invalid("the message is above 1 MiB");
  if (outcome != Z_STREAM_END) return invalid("the message is packed, and damaged");
  return out;
}

Result<std::optional<std::string>> whole(std::string_view message) {
  const bool packed = message.size() > 2 && (message.starts_with("\x1f\x8b") ||
                                             (message[0] == '\x78' && message[1] != '"'));
  if (packed) {
    ASSIGN_OR_RETURN(std::string text, unpacked(message));
    return std::optional(std::move(text));
  }
  if (message.size() > GelfAssembler::kMaxMessageBytes)
    return invalid("the message is above 1 MiB");
  return std::optional(std::string(message));
}

std::string text_of(const nlohmann::json& message, const char* name) {
  const auto found = message.find(name);
  return found != message.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

Result<GelfMessage> parse_gelf(std::string_view json) {
  const auto message = nlohmann::json::parse(json, nullptr, false);
  if (!message.is_object()) return invalid("the message is no JSON object");
  GelfMessage out;
  out.version = text_of(message, "version");
  out.host = text_of(message, "host");
  out.facility = text_of(message, "facility");
  if (const auto level = message.find("level");
      level != message.end() && level->is_number_integer() && *level >= 0 && *level <= 7) {
    out.level = level->get<int>();
  }
  if (const auto time = message.find("timestamp"); time != message.end() && time->is_number()) {
    const double seconds = time->get<double>();
    if (seconds > 0 && seconds < kMaxSeconds) {
      const double whole_seconds = std::floor(seconds);
      out.time = static_cast<Timestamp>(whole_seconds) * kSecond +
                 static_cast<Timestamp>((seconds - whole_seconds) * 1e9);
    }
  }
  return out;
}

void GelfAssembler::forget_old(int64_t steady_ns) {
  incomplete_ += std::erase_if(
      pending_, [&](const auto& one) { return steady_ns - one.second.begun_ns > kMaxAge; });
}

Result<std::optional<std::string>> GelfAssembler::add(std::string_view datagram,
                                                      int64_t steady_ns) {
  return datagram.starts_with(kChunkMagic) ? add_chunk(datagram, steady_ns) : whole(datagram);
}

Result<std::optional<std::string>> GelfAssembler::add_chunk(std::string_view datagram,
                                                            int64_t steady_ns) {
  forget_old(steady_ns);
  if (datagram.size() < kChunkHead) return invalid("a chunk without a head");
  const std::string_view id = datagram.substr(kChunkMagic.size(), kIdBytes);
  const auto number = static_cast<unsigned char>(datagram[kChunkHead - 2]);
  const auto count = static_cast<unsigned char>(datagram[kChunkHead - 1]);
  if (count == 0 || count > kMaxChunks || number >= count)
    return invalid("a chunk that there cannot be");
  auto found = pending_.find(id);
  if (found == pending_.end()) {
    if (pending_.size() >= kMaxPending) return invalid("too many messages are incomplete");
    found =
        pending_
            .emplace(id, Pending{std::vector<std::optional<std::string>>(count), count, steady_ns})
            .first;
  }
  Pending& pending = found->second;
  if (pending.chunks.size() != count) return invalid("chunks that do not belong together");
  if (pending.chunks[number]) return std::optional<std::string>();  // a repeated chunk
  pending.chunks[number] = std::string(datagram.substr(kChunkHead));
  if (--pending.missing > 0) return std::optional<std::string>();
  std::string message;
  for (const auto& chunk : pending.chunks) message += *chunk;
  pending_.erase(found);
  return whole(message);
}

}  // namespace logsvc::agent
