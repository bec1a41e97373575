// Bytes of a segment file: FORMAT.md. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace logsvc::journal {

inline constexpr uint32_t kSegmentMagic = 0x314A474C;  // "LGJ1"
inline constexpr uint16_t kSegmentVersion = 1;
inline constexpr uint64_t kSegmentHeaderBytes = 16;
inline constexpr uint64_t kRecordHeaderBytes = 12;
inline constexpr uint64_t kMaxRecordBytes = 1u << 30;

// "00000000000000000001.journal"
std::string segment_name(uint64_t first_sequence);
// The first sequence, or nullopt if the name is not a segment's.
std::optional<uint64_t> parse_segment_name(std::string_view name);

std::string encode_segment_header(uint64_t first_sequence);
// kCorrupt with the path if the header is not one of this version.
Result<uint64_t> decode_segment_header(std::string_view bytes, const std::string& path);

// What stands before the record.
std::string encode_record_header(uint64_t sequence, std::string_view record);

struct RecordHeader {
  uint32_t length = 0;
  uint64_t checksum = 0;
};
// bytes holds at least kRecordHeaderBytes.
RecordHeader decode_record_header(std::string_view bytes);
bool record_verifies(const RecordHeader& header, uint64_t sequence, std::string_view record);

}  // namespace logsvc::journal
