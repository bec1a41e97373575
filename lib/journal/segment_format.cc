#include "journal/segment_format.h"

#include <charconv>

#include "base/bytes.h"
#include "base/checksum.h"

namespace logsvc::journal {
namespace {
constexpr std::string_view kSuffix = ".journal";
constexpr size_t kDigits = 20;
}  // namespace

std::string segment_name(uint64_t first_sequence) {
  std::string digits = std::to_string(first_sequence);
  return std::string(kDigits - digits.size(), '0') + digits + std::string(kSuffix);
}

std::optional<uint64_t> parse_segment_name(std::string_view name) {
  if (name.size() != kDigits + kSuffix.size() || name.substr(kDigits) != kSuffix) return {};
  uint64_t first = 0;
  const auto [end, failure] = std::from_chars(name.data(), name.data() + kDigits, first);
  if (failure != std::errc() || end != name.data() + kDigits || first == 0) return {};
  return first;
}

std::string encode_segment_header(uint64_t first_sequence) {
  std::string out;
  put_u32(out, kSegmentMagic);
  put_u16(out, kSegmentVersion);
  put_u16(out, 0);
  put_u64(out, first_sequence);
  return out;
}

Result<uint64_t> decode_segment_header(std::string_view bytes, const std::string& path) {
  ByteReader in(bytes);
  const uint32_t magic = in.u32();
  const uint16_t version = in.u16();
  in.u16();
  const uint64_t first = in.u64();
  if (!in.ok() || magic != kSegmentMagic) {
    return Error{ErrorCode::kCorrupt, path + ": not a journal segment"};
  }
  if (version != kSegmentVersion) {
    return Error{ErrorCode::kUnsupported,
                 path + ": journal version " + std::to_string(version) + ", this program reads " +
                     std::to_string(kSegmentVersion) + "; start the release that wrote it"};
  }
  return first;
}

std::string encode_record_header(uint64_t sequence, std::string_view record) {
  std::string out;
  put_u32(out, static_cast<uint32_t>(record.size()));
  put_u64(out, hash_bytes(record, sequence));
  return out;
}

RecordHeader decode_record_header(std::string_view bytes) {
  ByteReader in(bytes);
  RecordHeader header;
  header.length = in.u32();
  header.checksum = in.u64();
  return header;
}

bool record_verifies(const RecordHeader& header, uint64_t sequence, std::string_view record) {
  return hash_bytes(record, sequence) == header.checksum;
}

}  // namespace logsvc::journal
