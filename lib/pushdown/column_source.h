// What a source can tell of entries without giving their lines: how many, when, which field. A
// source that has its lines in columns implements ColumnSource; the functions below ask it, or go
// over what the source selects.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/log_source.h"

namespace logsvc::pushdown {

// Is given times of a stream's entries, ascending within one call.
using TimesVisitor = std::function<Status(const LabelSet&, std::span<const Timestamp>)>;

// Takes what a source knows of one field of entries without giving their lines.
class FieldVisitor {
 public:
  virtual ~FieldVisitor() = default;
  // Entries of a stream whose lines parse without a fault, and what is found under the name in
  // each; neither stream nor metadata has a label of that name, and the metadata says nothing of
  // errors. Times ascend.
  virtual Status values(const LabelSet& stream, std::span<const Timestamp> times,
                        std::span<const std::string_view> values) = 0;
  // An entry that the visitor has to parse itself.
  virtual Status entry(const LabelSet& stream, const Entry& entry) = 0;
};

// Counts entries, and bytes of their lines, by stream and bucket of time.
struct CountQuery {
  std::vector<Matcher> matchers;
  std::vector<Timestamp> edges;  // ascending; bucket i is [edges[i], edges[i + 1])
  LinePredicate lines;           // only lines that pass are counted: no hint
  bool bytes = false;            // bytes are wanted
  std::stop_token stop;
};
struct BucketCount {
  size_t bucket = 0;
  uint64_t entries = 0;
  uint64_t bytes = 0;  // 0 unless they are wanted
};
// A stream, and even a bucket of it, may come several times: the numbers add up.
using CountVisitor = std::function<Status(const LabelSet&, std::span<const BucketCount>)>;

// Safe from several threads.
class ColumnSource {
 public:
  virtual ~ColumnSource() = default;

  // How many entries select() would give. kCancelled as select().
  virtual Result<ReadStats> count(const CountQuery& query, const CountVisitor& visit) const = 0;

  // The times of all entries that select() would give, by stream, in one call a stream or several.
  // query.lines is trivial; direction and limit do not matter.
  virtual Result<ReadStats> visit_times(const SelectQuery& query,
                                        const TimesVisitor& visit) const = 0;

  // Of all entries that select() would give and that pass query.lines, those that may have a label
  // of the name once query.parser has read their line; in no order, but those of one stream with
  // equal times in the order of their arrival. Direction and limit do not matter.
  virtual Result<ReadStats> visit_field(const SelectQuery& query, const std::string& name,
                                        FieldVisitor& visitor) const = 0;
};

// As the methods of the same names, of any source.
Result<ReadStats> count(const LogSource& source, const CountQuery& query,
                        const CountVisitor& visit);
Result<ReadStats> visit_times(const LogSource& source, const SelectQuery& query,
                              const TimesVisitor& visit);
Result<ReadStats> visit_field(const LogSource& source, const SelectQuery& query,
                              const std::string& name, FieldVisitor& visitor);

// The same by select() alone: what the columns say is held against it by tests.
Result<ReadStats> count_selected(const LogSource& source, const CountQuery& query,
                                 const CountVisitor& visit);

}  // namespace logsvc::pushdown
