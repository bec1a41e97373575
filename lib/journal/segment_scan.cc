#include "journal/segment_scan.h"

#include <algorithm>

#include "base/bytes.h"

namespace logsvc::journal {
namespace {

// Returns the record at this place, if it verifies.
std::optional<FoundRecord> record_at(const SegmentHeader& segment, std::string_view bytes,
                                     uint64_t at, uint64_t sequence) {
  const uint64_t head = segment.record_header_bytes();
  if (at > bytes.size() || bytes.size() - at < head) return {};
  const RecordHeader header = decode_record_header(segment, bytes.substr(at, head), sequence);
  if (header.sequence < sequence || header.length > bytes.size() - at - head) return {};
  if (!record_verifies(segment, header, bytes.substr(at + head, header.length))) return {};
  return FoundRecord{at, at + head + header.length, header.sequence};
}

std::optional<FoundRecord> find_marked(const SegmentHeader& segment, std::string_view bytes,
                                       uint64_t from, uint64_t sequence) {
  std::string marker;
  put_u64(marker, segment.marker);
  for (size_t at = from; (at = bytes.find(marker, at)) != std::string_view::npos; ++at) {
    if (const auto found = record_at(segment, bytes, at, sequence)) return found;
  }
  return {};
}

// Finds where records of version 1 may begin by their lengths alone.
class UnmarkedSearch {
 public:
  UnmarkedSearch(const SegmentHeader& segment, std::string_view bytes)
      : segment_(segment), bytes_(bytes) {}

  std::optional<FoundRecord> find(uint64_t from, uint64_t sequence) {
    for (uint64_t at = from; at + kHead <= bytes_.size(); ++at) {
      if (!is_worth_hashing(at)) continue;
      for (uint64_t s = sequence; s <= sequence + kMaxMissing; ++s) {
        if (const auto found = record_at(segment_, bytes_, at, s)) return found;
      }
    }
    return {};
  }

 private:
  static constexpr uint64_t kHead = 12;
  static constexpr uint64_t kMaxMissing = 64;
  static constexpr int kSureSteps = 3;

  // Returns the length of a record there, 0 if it cannot be one.
  uint64_t length_at(uint64_t at) const {
    if (at > bytes_.size() || bytes_.size() - at < kHead) return 0;
    const uint64_t length = load_fixed<uint32_t>(bytes_.data() + at);
    return length <= bytes_.size() - at - kHead ? length : 0;
  }

  // Lengths that lead on to another are worth it, and others as long as that does not take too
  // long: in a large segment many bytes happen to look like a length.
  bool is_worth_hashing(uint64_t at) {
    const uint64_t length = length_at(at);
    if (length == 0) return false;
    int steps = 0;
    uint64_t next = at;
    for (uint64_t n = length; n > 0 && steps < kSureSteps; n = length_at(next)) {
      next += kHead + n;
      ++steps;
    }
    if (steps == kSureSteps || next == bytes_.size()) return true;
    const uint64_t cost = length * kMaxMissing;
    if (cost > unsure_bytes_) return false;
    unsure_bytes_ -= cost;
    return true;
  }

  const SegmentHeader& segment_;
  const std::string_view bytes_;
  uint64_t unsure_bytes_ = uint64_t{4} << 30;  // that may still be hashed
};

// Returns the marker of the first bytes that are a record of version 2 with a sequence that the
// file can have.
std::optional<uint64_t> marker_of_records(std::string_view bytes, uint64_t first) {
  SegmentHeader guess{2, first, first, 0};
  const uint64_t head = guess.record_header_bytes();
  for (uint64_t at = 0; at + head <= bytes.size(); ++at) {
    const uint64_t sequence = load_fixed<uint64_t>(bytes.data() + at + 8);
    if (sequence < first || sequence - first > bytes.size() / head) continue;
    guess.marker = load_fixed<uint64_t>(bytes.data() + at);
    if (guess.marker != 0 && record_at(guess, bytes, at, first)) return guess.marker;
  }
  return {};
}

}  // namespace

std::optional<FoundRecord> find_record(const SegmentHeader& segment, std::string_view bytes,
                                       uint64_t from, uint64_t sequence) {
  return segment.version == 1 ? UnmarkedSearch(segment, bytes).find(from, sequence)
                              : find_marked(segment, bytes, from, sequence);
}

SegmentScan scan_segment(const SegmentHeader& segment, std::string_view bytes) {
  SegmentScan scan{segment.first, std::min<uint64_t>(segment.bytes(), bytes.size()), false};
  while (true) {
    auto found = record_at(segment, bytes, scan.end, scan.next);
    if (!found) found = find_record(segment, bytes, scan.end, scan.next);
    if (!found) return scan;
    scan.damaged |= found->offset != scan.end || found->sequence != scan.next;
    scan.next = found->sequence + 1;
    scan.end = found->end;
  }
}

std::optional<SegmentHeader> header_from_records(std::string_view bytes, uint64_t first) {
  if (const auto marker = marker_of_records(bytes, first)) {
    return SegmentHeader{2, first, first, *marker};
  }
  const SegmentHeader plain{1, first, first, 0};
  if (find_record(plain, bytes, plain.bytes(), first)) return plain;
  return {};
}

std::optional<SegmentHeader> header_of_flipped_version(std::string_view bytes, uint64_t first) {
  std::string head(bytes.substr(0, kSegmentHeaderBytes));
  head[4] = static_cast<char>(kSegmentVersion & 0xFF);
  head[5] = static_cast<char>(kSegmentVersion >> 8);
  if (const auto header = decode_segment_header(head, ""); header.ok() && header->first == first) {
    return *header;
  }
  const SegmentHeader plain{1, first, first, 0};
  if (find_record(plain, bytes, plain.bytes(), first)) return plain;
  return {};
}

}  // namespace logsvc::journal
