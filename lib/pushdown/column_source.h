// What a source can tell about entries without giving their lines: how many, when, which field. A
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

// Receives the times of a stream's entries, ascending within one call.
using TimesVisitor = std::function<Status(const LabelSet&, std::span<const Timestamp>)>;

// Takes what a source knows about one field of entries without giving their lines.
class FieldVisitor {
 public:
  virtual ~FieldVisitor() = default;
  // Takes entries of a stream whose lines parse without an error, and the value of the name in
  // each; neither stream nor metadata has a label of that name, and the metadata holds no error.
  // Times ascend.
  virtual Status values(const LabelSet& stream, std::span<const Timestamp> times,
                        std::span<const std::string_view> values) = 0;
  // Takes an entry that the visitor has to parse itself.
  virtual Status entry(const LabelSet& stream, const Entry& entry) = 0;
};

// Counts entries, and bytes of their lines, by stream and bucket of time.
struct CountQuery {
  std::vector<Matcher> matchers;
  std::vector<Timestamp> edges;  // ascending; bucket i is [edges[i], edges[i + 1])
  LinePredicate lines;           // only lines that pass are counted; this is not a hint
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

  // Counts the entries that select() would give. kCancelled as select().
  virtual Result<ReadStats> count(const CountQuery& query, const CountVisitor& visit) const = 0;

  // Visits the times of all entries that select() would give, by stream, in one call per stream or
  // several. query.lines is trivial; direction and limit do not matter.
  virtual Result<ReadStats> visit_times(const SelectQuery& query,
                                        const TimesVisitor& visit) const = 0;

  // Visits those entries that select() would give and that pass query.lines, and that may have a
  // label of the name once query.parser has read their line. They come in no order, but entries of
  // one stream with equal times come in the order of their arrival. Direction and limit do not
  // matter.
  virtual Result<ReadStats> visit_field(const SelectQuery& query, const std::string& name,
                                        FieldVisitor& visitor) const = 0;
};

// Do what the methods of the same names do, for any source.
Result<ReadStats> count(const LogSource& source, const CountQuery& query,
                        const CountVisitor& visit);
Result<ReadStats> visit_times(const LogSource& source, const SelectQuery& query,
                              const TimesVisitor& visit);
Result<ReadStats> visit_field(const LogSource& source, const SelectQuery& query,
                              const std::string& name, FieldVisitor& visitor);

// Do the same by select() alone; tests compare the columns' answers with theirs.
Result<ReadStats> count_selected(const LogSource& source, const CountQuery& query,
                                 const CountVisitor& visit);

}  // namespace logsvc::pushdown
