#include "journal/segment_format.h"

#include <charconv>
#include <random>

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

SegmentHeader new_segment_header(uint64_t first, uint64_t kept_to) {
  std::random_device device;
  SegmentHeader header{kSegmentVersion, first, kept_to, 0};
  while (header.marker == 0) header.marker = uint64_t{device()} << 32 | device();
  return header;
}

std::string encode_segment_header(const SegmentHeader& header) {
  std::string out;
  put_u32(out, kSegmentMagic);
  put_u16(out, header.version);
  put_u16(out, 0);
  put_u64(out, header.first);
  if (header.version == 1) return out;
  put_u64(out, header.kept_to);
  put_u64(out, header.marker);
  put_u64(out, hash_bytes(out));
  return out;
}

// No release for years to come will write a later version, so a header that claims one is damaged.
constexpr uint16_t kLatestVersion = 16;

Result<SegmentHeader> decode_segment_header(std::string_view bytes, const std::string& path) {
  ByteReader in(bytes);
  SegmentHeader header;
  const uint32_t magic = in.u32();
  header.version = in.u16();
  in.u16();
  header.first = header.kept_to = in.u64();
  const Error corrupt{ErrorCode::kCorrupt, path + ": the header of the journal segment is corrupt"};
  if (!in.ok() || magic != kSegmentMagic || header.version == 0) return corrupt;
  if (header.version > kLatestVersion) return corrupt;
  if (header.version > kSegmentVersion) {
    return Error{ErrorCode::kUnsupported,
                 path + ": journal version " + std::to_string(header.version) +
                     ", this program reads 1 and " + std::to_string(kSegmentVersion) +
                     "; start the release that wrote it"};
  }
  if (header.version == 1) return header;
  header.kept_to = in.u64();
  header.marker = in.u64();
  if (in.u64() != hash_bytes(bytes.substr(0, kSegmentHeaderBytes - 8)) || !in.ok()) return corrupt;
  return header;
}

namespace {

// In version 2 it covers everything before the record's bytes as well.
uint64_t checksum_of(std::string_view before, std::string_view record) {
  return hash_bytes(record, hash_bytes(before));
}

std::string before_checksum(const RecordHeader& header) {
  std::string out;
  put_u64(out, header.marker);
  put_u64(out, header.sequence);
  put_u32(out, header.length);
  return out;
}

}  // namespace

std::string encode_record_header(const SegmentHeader& segment, uint64_t sequence,
                                 std::string_view record) {
  const auto length = static_cast<uint32_t>(record.size());
  std::string out;
  if (segment.version == 1) {
    put_u32(out, length);
    put_u64(out, hash_bytes(record, sequence));
    return out;
  }
  out = before_checksum({segment.marker, sequence, length, 0});
  put_u64(out, checksum_of(out, record));
  return out;
}

RecordHeader decode_record_header(const SegmentHeader& segment, std::string_view bytes,
                                  uint64_t sequence) {
  ByteReader in(bytes);
  RecordHeader header;
  header.marker = segment.version == 1 ? 0 : in.u64();
  header.sequence = segment.version == 1 ? sequence : in.u64();
  header.length = in.u32();
  header.checksum = in.u64();
  return header;
}

bool record_verifies(const SegmentHeader& segment, const RecordHeader& header,
                     std::string_view record) {
  if (segment.version == 1) return hash_bytes(record, header.sequence) == header.checksum;
  return header.marker == segment.marker &&
         checksum_of(before_checksum(header), record) == header.checksum;
}

}  // namespace logsvc::journal
