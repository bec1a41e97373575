// Finds the records of a segment that may be damaged in part. The bytes are treated as hostile.
// Pure functions.
#pragma once

#include <optional>
#include <string_view>

#include "journal/segment_format.h"

namespace logsvc::journal {

struct FoundRecord {
  uint64_t offset = 0;  // where its header begins
  uint64_t end = 0;     // where its bytes end
  uint64_t sequence = 0;
};

// Finds the first record at or after `from` that verifies and has this sequence or a later one. In
// version 2 it searches for the marker; in version 1, which has none, for lengths that lead from
// one record to the next, and no more than 64 records may be missing.
std::optional<FoundRecord> find_record(const SegmentHeader& segment, std::string_view bytes,
                                       uint64_t from, uint64_t sequence);

struct SegmentScan {
  uint64_t next = 0;     // the sequence after the last record that verifies
  uint64_t end = 0;      // the end of that record; of the header if there is none
  bool damaged = false;  // bytes before it do not verify
};
// bytes are the whole file.
SegmentScan scan_segment(const SegmentHeader& segment, std::string_view bytes);

// Returns what the header of the file was, if its records tell; first is the sequence in its name.
std::optional<SegmentHeader> header_from_records(std::string_view bytes, uint64_t first);
// Does the same if the header names an unknown version; it accepts only what cannot belong to a
// later release.
std::optional<SegmentHeader> header_of_flipped_version(std::string_view bytes, uint64_t first);

}  // namespace logsvc::journal
