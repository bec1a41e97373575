// Where a query engine gets entries from, and where an ingest path puts them. The store
// implements both; nothing here is specific to a local disk, so that another engine can.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/entry.h"
#include "model/field_predicate.h"
#include "model/label_set.h"
#include "model/line_predicate.h"
#include "model/matcher.h"

namespace logsvc {

namespace pushdown {
class ColumnSource;
}

enum class Direction { kForward, kBackward };

// What a read cost. The source adds to it while an iterator runs.
struct ReadStats {
  uint64_t bytes_processed = 0;       // bytes of lines looked at
  uint64_t lines_processed = 0;       // lines looked at
  uint64_t head_lines = 0;            // those of them from memory
  uint64_t chunks_total = 0;          // blocks that the index named
  uint64_t chunks_read = 0;           // blocks whose text was decoded
  uint64_t compressed_bytes = 0;      // read from disk or page cache
  uint64_t duplicates = 0;            // exact duplicates left out
  std::vector<std::string> warnings;  // e.g. a block that does not verify
};

struct SelectQuery {
  std::vector<Matcher> matchers;  // on stream labels; all hold
  TimeRange range;
  Direction direction = Direction::kForward;
  // Holds for every wanted line. It is a hint: the source may leave out lines for which it does not
  // hold, but need not; the engine tests lines itself.
  LinePredicate lines;
  // Finds the fields that `fields` asks for.
  FieldParser parser;
  // These hold for every wanted entry for which neither the stream nor the metadata has a label of
  // the test's name. They are hints like `lines`: what the parser surely finds may rule entries
  // out.
  std::vector<FieldPredicate> fields;
  // Roughly how many entries the caller will take; 0: all. It is a hint for read-ahead.
  uint64_t limit_hint = 0;
  // The iterator ends with kCancelled soon after a stop is requested.
  std::stop_token stop;
};

// Entries of all matching streams, merged by time in the direction asked. Entries of equal times
// come in the order of the streams' label-set hash, then label string; inside one stream in arrival
// order forward and reverse arrival order backward. Exact duplicates (same stream, time, line,
// metadata) appear once. For one thread.
class EntryIterator {
 public:
  virtual ~EntryIterator() = default;
  // Returns false at the end or on an error; then see error().
  virtual bool next() = 0;
  // Valid after next() returned true, until the following next().
  virtual const Entry& entry() const = 0;
  virtual const LabelSet& labels() const = 0;
  virtual const Status& status() const = 0;
  virtual const ReadStats& stats() const = 0;
};

// Totals of streams in a range, for index/stats and volume. At the edges of the range whole blocks
// may be counted.
struct StreamTotals {
  LabelSet labels;
  uint64_t entries = 0;
  uint64_t bytes = 0;   // of lines
  uint64_t chunks = 0;  // blocks that hold entries of the stream
};

// The bytes of a stream's lines, one number per bucket that was asked for.
struct StreamVolume {
  LabelSet labels;
  std::vector<uint64_t> bytes;
};

class LogSource {
 public:
  virtual ~LogSource() = default;

  virtual Result<std::unique_ptr<EntryIterator>> select(const SelectQuery& query) const = 0;
  // What it can tell without giving lines; null: nothing. Lives as long as the source. The
  // functions of pushdown/column_source.h use it, and otherwise go over what is selected.
  virtual const pushdown::ColumnSource* columns() const { return nullptr; }

  // Lists streams that may have entries in the range (block granularity). Each group of matchers is
  // a selector; a stream is listed once if any group matches. No groups means every stream.
  virtual Result<std::vector<LabelSet>> series(
      TimeRange range, const std::vector<std::vector<Matcher>>& groups) const = 0;
  // Returns names sorted and without repeats, from the streams of series(range, {matchers}).
  virtual Result<std::vector<std::string>> label_names(
      TimeRange range, const std::vector<Matcher>& matchers) const = 0;
  virtual Result<std::vector<std::string>> label_values(
      const std::string& name, TimeRange range, const std::vector<Matcher>& matchers) const = 0;
  virtual Result<std::vector<StreamTotals>> totals(TimeRange range,
                                                   const std::vector<Matcher>& matchers) const = 0;
  // Covers the streams that have anything in a bucket. Buckets are in the order of time and do not
  // overlap. A block that lies in several is taken as spread evenly over its time.
  virtual Result<std::vector<StreamVolume>> volumes(const std::vector<TimeRange>& buckets,
                                                    const std::vector<Matcher>& matchers) const = 0;
};

// Says what became of a batch.
struct Appended {
  // The entries that are new: the batch itself, or a part of it that keeps its bytes alive.
  std::shared_ptr<const Batch> kept;
  // How many others were exact duplicates of entries that the sink knows it has. It need not know
  // all of them.
  uint64_t duplicates = 0;
};

class LogSink {
 public:
  virtual ~LogSink() = default;
  // Returns when the batch is durable and queryable. kNoSpace if the disk is full;
  // kUnavailable while stopping. Nothing of the batch is stored on an error.
  virtual Result<Appended> append(std::shared_ptr<const Batch> batch) = 0;
};

}  // namespace logsvc
