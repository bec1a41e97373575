// Encodes and decodes the bytes of a segment file: FORMAT.md. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace logsvc::journal {

inline constexpr uint32_t kSegmentMagic = 0x314A474C;  // "LGJ1"
inline constexpr uint16_t kSegmentVersion = 2;         // written; 1 is read
inline constexpr uint64_t kSegmentHeaderBytes = 40;
inline constexpr uint64_t kMaxRecordBytes = 1u << 30;

// Returns "00000000000000000001.journal".
std::string segment_name(uint64_t first_sequence);
// Returns the first sequence, or nullopt if the name is not that of a segment.
std::optional<uint64_t> parse_segment_name(std::string_view name);

struct SegmentHeader {
  uint16_t version = kSegmentVersion;
  uint64_t first = 0;  // sequence of its first record
  // Records below this were on disk, or trimmed, when the segment was begun; those from here to
  // `first` need not be anywhere.
  uint64_t kept_to = 0;
  // Stands before each record. It is random and told to nobody, so that no record can contain it.
  uint64_t marker = 0;

  uint64_t bytes() const { return version == 1 ? 16 : kSegmentHeaderBytes; }
  uint64_t record_header_bytes() const { return version == 1 ? 12 : 28; }
  bool operator==(const SegmentHeader&) const = default;
};

// Makes a header of kSegmentVersion with a marker of its own.
SegmentHeader new_segment_header(uint64_t first, uint64_t kept_to);
std::string encode_segment_header(const SegmentHeader& header);
// bytes are the first of the file. kCorrupt with the path if they are not a header, kUnsupported if
// it has another version.
Result<SegmentHeader> decode_segment_header(std::string_view bytes, const std::string& path);

// Makes the bytes that stand before the record.
std::string encode_record_header(const SegmentHeader& segment, uint64_t sequence,
                                 std::string_view record);

struct RecordHeader {
  uint64_t marker = 0;
  uint64_t sequence = 0;
  uint32_t length = 0;
  uint64_t checksum = 0;
};
// bytes holds at least segment.record_header_bytes(). sequence is what it has to be, since version
// 1 does not say.
RecordHeader decode_record_header(const SegmentHeader& segment, std::string_view bytes,
                                  uint64_t sequence);
bool record_verifies(const SegmentHeader& segment, const RecordHeader& header,
                     std::string_view record);

}  // namespace logsvc::journal
