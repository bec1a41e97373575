// Finds the records of a segment of which a part may be damaged. The bytes are treated as hostile.
// Pure functions.
#pragma once

#include <optional>
#include <string_view>

#include "journal/segment_format.h"

namespace logsvc::journal {

struct FoundRecord {
  uint64_t offset = 0;  // of its header
  uint64_t end = 0;     // behind its bytes
  uint64_t sequence = 0;
};

// The first record at `from` or behind it that verifies and has this sequence or a later one.
// Version 2 is searched for the marker; of version 1, which has none, for lengths that lead from
// one record to the next, and no more than 64 records may be missing.
std::optional<FoundRecord> find_record(const SegmentHeader& segment, std::string_view bytes,
                                       uint64_t from, uint64_t sequence);

struct SegmentScan {
  uint64_t next = 0;     // sequence behind the last record that verifies
  uint64_t end = 0;      // of that record; of the header if there is none
  bool damaged = false;  // bytes before it do not verify
};
// bytes: the whole file.
SegmentScan scan_segment(const SegmentHeader& segment, std::string_view bytes);

// What the header of the file has been if its records tell: first, the sequence its name has.
std::optional<SegmentHeader> header_from_records(std::string_view bytes, uint64_t first);
// The same if the header names a version that is not known: only what cannot be of a later release.
std::optional<SegmentHeader> header_of_flipped_version(std::string_view bytes, uint64_t first);

}  // namespace logsvc::journal
