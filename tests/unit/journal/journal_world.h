// A journal on a disk in memory, and what is asked of it.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "journal/journal.h"
#include "journal/segment_format.h"
#include "support/mem_file_system.h"

namespace logsvc::journal {

using logsvc::testing::MemFileSystem;
using Records = std::vector<std::pair<uint64_t, std::string>>;

inline std::unique_ptr<Journal> open(MemFileSystem& files, uint64_t segment_bytes = 200,
                                     OpenReport* report = nullptr) {
  auto journal = Journal::open(files, "/j", {segment_bytes, 0}, report);
  REQUIRE_MESSAGE(journal.ok(), (journal.ok() ? "" : journal.error().message));
  return std::move(*journal);
}

inline Records all(const Journal& journal, uint64_t from = 1) {
  Records out;
  const Status read = journal.replay(from, [&](uint64_t sequence, std::string_view record) {
    out.emplace_back(sequence, record);
    return true;
  });
  REQUIRE_MESSAGE(read.ok(), (read.ok() ? "" : read.error().message));
  return out;
}

inline std::string with_flip(std::string bytes, size_t at) {
  bytes[at] = static_cast<char>(bytes[at] ^ 0x40);
  return bytes;
}

inline void check_losses(const Journal& journal, const Records& records, uint64_t lost) {
  const auto reader = journal.read_from(1);
  Records found;
  while (true) {
    const auto more = reader->next();
    REQUIRE_MESSAGE(more.ok(), (more.ok() ? "" : more.error().message));
    if (!*more) break;
    found.emplace_back(reader->sequence(), reader->record());
  }
  CHECK(found == records);
  CHECK(reader->lost_records() == lost);
  uint64_t told = 0;
  for (const Loss& loss : reader->losses()) {
    told += loss.records;
    CHECK(loss.where.starts_with("/j/"));
  }
  CHECK(told == lost);
}

// What version 1 wrote.
inline std::string old_segment(uint64_t first, const std::vector<std::string>& records) {
  const SegmentHeader header{1, first, first, 0};
  std::string out = encode_segment_header(header);
  for (const std::string& record : records) {
    out += encode_record_header(header, first++, record) + record;
  }
  return out;
}

}  // namespace logsvc::journal
