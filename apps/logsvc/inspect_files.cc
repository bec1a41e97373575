#include <cstdio>
#include <iostream>
#include <map>

#include "agent/spool/refused_lines.h"
#include "agent/spool/spool_group.h"
#include "inspect.h"
#include "journal/segment_scan.h"
#include "store/head/journal_record.h"
#include "store/index/packed_streams.h"
#include "store/index/sqlite.h"
#include "store/policy/deletion.h"
#include "wire/push_protobuf.h"

namespace logsvc::inspect {

std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (u < 0x20 || u == 0x7f) {
      char hex[8];
      std::snprintf(hex, sizeof hex, "\\x%02x", u);
      out += hex;
    } else {
      out += c;
    }
  }
  return out;
}

std::string size_text(uint64_t bytes) {
  const char* const units[] = {"B", "KiB", "MiB", "GiB"};
  double value = static_cast<double>(bytes);
  size_t unit = 0;
  for (; value >= 1024 && unit < 3; ++unit) value /= 1024;
  char out[32];
  std::snprintf(out, sizeof out, unit ? "%.1f %s" : "%.0f %s", value, units[unit]);
  return out;
}

std::string span_text(int64_t first, int64_t last) {
  return format_rfc3339(first) + " – " + format_rfc3339(last);
}

namespace {

// Calls use(sequence, offset, record) for each record that verifies. Returns false if a part of the
// segment does not verify, which is printed.
template <typename Use>
bool for_each_record(const std::string& bytes, const std::string& path, const Use& use) {
  const auto segment = journal::decode_segment_header(
      std::string_view(bytes).substr(0, journal::kSegmentHeaderBytes), path);
  if (!segment.ok()) {
    std::cout << "DAMAGED: " << segment.error().message << '\n';
    return false;
  }
  const auto say_damaged = [](uint64_t from, uint64_t to) {
    if (from >= to) return true;
    std::cout << "DAMAGED or not finished at " << from << ": " << to - from
              << " bytes are not a record\n";
    return false;
  };
  bool whole = true;
  uint64_t at = segment->bytes(), sequence = segment->first;
  while (const auto found = journal::find_record(*segment, bytes, at, sequence)) {
    whole &= say_damaged(at, found->offset);
    const uint64_t begin = found->offset + segment->record_header_bytes();
    use(found->sequence, found->offset, std::string_view(bytes).substr(begin, found->end - begin));
    at = found->end;
    sequence = found->sequence + 1;
  }
  return say_damaged(at, bytes.size()) && whole;
}

void print_lines(const Batch& batch) {
  for (const StreamEntries& s : batch.streams) {
    for (const Entry& e : s.entries) {
      std::cout << format_rfc3339(e.timestamp) << ' ' << printable(s.labels.to_string()) << ' '
                << printable(e.line) << '\n';
    }
  }
}

void print_block(std::string_view block) {
  constexpr uint64_t kMostBytes = 1u << 30;
  wire::LabelTextCache labels;
  const auto batch = wire::decode_push_protobuf(std::string(block), kMostBytes, labels);
  if (batch.ok()) return print_lines(*batch);
  std::cout << "  DAMAGED: " << batch.error().message << '\n';
}

void print_group(const agent::RefusedGroup& group, bool lines) {
  std::cout << group.lines << " lines, refused at " << format_rfc3339(group.refused_at) << " by "
            << printable(group.client) << ": " << printable(group.reason) << '\n';
  if (lines) print_block(group.block);
}

// Prints a record of the server's journal, or of an agent's spool or refused lines.
void print_record(std::string_view record, bool lines) {
  if (const auto batch = store::decode_journal_record(record); batch.ok()) {
    std::cout << ", " << batch->streams.size() << " streams, " << batch->entry_count()
              << " entries\n";
    if (lines) print_lines(*batch);
  } else if (const auto group = agent::decode_spool_group(record); group.ok()) {
    std::cout << ", " << group->lines << " lines of " << printable(group->source) << ", read to "
              << printable(group->position) << '\n';
    if (lines && group->lines > 0) print_block(group->block);
  } else if (const auto refused = agent::decode_refused_group(record); refused.ok()) {
    std::cout << ", ";
    print_group(*refused, lines);
  } else {
    std::cout << ", not a batch: " << batch.error().message << '\n';
  }
}

}  // namespace

bool print_refused(FileSystem& files, const std::string& dir, bool lines) {
  const auto names = files.list(dir + "/refused");
  if (!names.ok()) {
    std::cout << names.error().message << '\n';
    return false;
  }
  uint64_t groups = 0, count = 0;
  bool whole = true;
  for (const std::string& name : *names) {
    const std::string path = dir + "/refused/" + name;
    const auto bytes = files.read_all(path);
    const bool read = bytes.ok() && for_each_record(*bytes, path, [&](auto, auto, auto record) {
                        const auto group = agent::decode_refused_group(record);
                        if (!group.ok()) return;
                        ++groups;
                        count += group->lines;
                        print_group(*group, lines);
                      });
    whole &= read;
  }
  std::cout << count << " lines in " << groups << " groups are kept aside"
            << (count ? "; --lines prints them, --send-again or --clear asks the agent to" : "")
            << '\n';
  return whole;
}

bool print_journal(const std::string& path, const std::string& bytes, bool lines) {
  std::cout << "journal segment " << path << ": " << size_text(bytes.size()) << '\n';
  return for_each_record(
      bytes, path, [&](uint64_t sequence, uint64_t offset, std::string_view record) {
        std::cout << "record " << sequence << " at " << offset << ": " << size_text(record.size());
        print_record(record, lines);
      });
}

namespace {

Status print_streams(store::Sqlite& db) {
  std::cout << "\nstreams: number, blocks, rows, labels\n";
  struct Totals {
    uint64_t blocks = 0, rows = 0;
  };
  std::map<uint64_t, Totals> totals;
  ASSIGN_OR_RETURN(auto blocks, db.prepare("SELECT block, ids, rows FROM blocks"));
  while (true) {
    ASSIGN_OR_RETURN(const bool found, blocks.step());
    if (!found) break;
    const store::PackedStreams list{static_cast<uint32_t>(blocks.integer(0)),
                                    std::string(blocks.bytes(1)), std::string(blocks.bytes(2))};
    ASSIGN_OR_RETURN(const auto rows, store::unpack_streams(0, list));
    for (const store::StreamBlock& b : rows) {
      totals[b.stream_id].blocks += 1;
      totals[b.stream_id].rows += b.rows;
    }
  }
  ASSIGN_OR_RETURN(auto streams, db.prepare("SELECT id, labels FROM streams ORDER BY labels"));
  while (true) {
    ASSIGN_OR_RETURN(const bool found, streams.step());
    if (!found) return {};
    const Totals& t = totals[static_cast<uint64_t>(streams.integer(0))];
    std::cout << "  " << streams.integer(0) << "  " << t.blocks << "  " << t.rows << "  "
              << printable(streams.text(1)) << '\n';
  }
}

}  // namespace

bool print_index(const std::string& path) {
  const auto print = [&]() -> Status {
    ASSIGN_OR_RETURN(store::Sqlite db, store::Sqlite::open(path));
    RETURN_IF_ERROR(db.execute("PRAGMA query_only=ON"));
    std::cout << "index " << path << '\n';
    const auto table = [&](const char* title, const char* sql) -> Status {
      std::cout << '\n' << title << '\n';
      ASSIGN_OR_RETURN(auto rows, db.prepare(sql));
      while (true) {
        ASSIGN_OR_RETURN(const bool found, rows.step());
        if (!found) return {};
        std::cout << "  " << printable(rows.text(0)) << '\n';
      }
    };
    RETURN_IF_ERROR(table("meta", "SELECT key || ' = ' || value FROM meta"));
    RETURN_IF_ERROR(table(
        "files: day/number, rows, bytes of lines, bytes",
        "SELECT day || '/' || printf('%016x', id) || '.chunk  ' || rows || '  ' || raw_bytes || "
        "'  ' || bytes FROM files ORDER BY day, id"));
    RETURN_IF_ERROR(print_streams(db));
    RETURN_IF_ERROR(table("files that are gone: number, replaced by",
                          "SELECT printf('%016x  %016x', file_id, replaced_by) FROM gone"));
    return table("sealed: day, journal records up to",
                 "SELECT date(day / 1000000000, 'unixepoch') || '  ' || through FROM sealed");
  };
  const Status printed = print();
  if (!printed.ok()) std::cout << "DAMAGED: " << printed.error().message << '\n';
  return printed.ok();
}

bool print_deletions(const std::string& path, const std::string& bytes) {
  const auto requests = store::decode_deletions(bytes);
  if (!requests.ok()) {
    std::cout << "DAMAGED: " << requests.error().message << '\n';
    return false;
  }
  std::cout << "delete requests " << path << '\n';
  for (const store::DeleteRequest& r : *requests) {
    std::cout << r.id << ' ' << (r.processed ? "processed" : "received") << ' '
              << span_text(r.range.start, r.range.end - 1) << ", made " << format_rfc3339(r.created)
              << ": " << printable(r.query) << '\n';
  }
  return true;
}

}  // namespace logsvc::inspect
