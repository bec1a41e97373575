// Keeps requests to delete lines: those of streams, in a range, perhaps only lines that pass a
// filter. From `received` on, queries hide the lines; once it can no longer be cancelled, the store
// rewrites files without them, and the request is `processed` when no copy is left on disk.
// Requests are kept in a file of their own (FORMAT.md), since the index is only a copy of what
// chunk files say.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "base/time.h"
#include "model/entry.h"
#include "model/label_set.h"
#include "model/matcher.h"
#include "os/file_system.h"

namespace logsvc::store {

struct DeleteRequest {
  std::string id;  // 8 hex digits
  std::string query;
  TimeRange range;
  Timestamp created = 0;
  bool processed = false;
  // Says how much of its files is done, for people.
  uint32_t percent = 0;
};

// Holds what a request's query says. The store does not know the language: its owner compiles.
struct DeletionFilter {
  using LinePredicate = std::function<bool(const LabelSet&, const Entry&)>;
  std::vector<Matcher> matchers;  // for the stream; all must hold
  // Makes a test of lines for one thread; null means every line of the streams.
  std::function<LinePredicate()> make_line_predicate;
};
// Returns kInvalid for a query that cannot be parsed. Safe from several threads.
using DeletionCompiler = std::function<Result<DeletionFilter>(const std::string& query)>;

struct ActiveDeletion {
  DeleteRequest request;
  DeletionFilter filter;
};
using ActiveDeletions = std::vector<std::shared_ptr<const ActiveDeletion>>;

// Tells which lines active requests match. It looks only at those that may match the stream, by a
// label that they ask for, and the time; the test of lines is made when the first is met. For one
// thread.
class DeletionMatcher {
 public:
  // Matches only lines in the range.
  DeletionMatcher(std::shared_ptr<const ActiveDeletions> active, TimeRange range);

  bool is_empty() const { return by_label_.empty() && of_any_label_.empty(); }
  // Returns whether a line of the stream in [first, last] may match.
  bool may_match(const LabelSet& stream, Timestamp first, Timestamp last);
  bool matches(const LabelSet& stream, const Entry& entry);

 private:
  struct DeletionRange {
    const ActiveDeletion* deletion = nullptr;
    // Is the latest end of its range and those before it.
    Timestamp latest_end = 0;
  };
  using DeletionRanges = std::vector<DeletionRange>;  // by the start of their ranges
  const DeletionRanges& ranges_of(const LabelSet& stream);
  bool tests(const ActiveDeletion& deletion, const LabelSet& stream, const Entry& entry);

  const std::shared_ptr<const ActiveDeletions> active_;
  std::unordered_map<std::string, std::vector<const ActiveDeletion*>> by_label_;  // name=value
  std::vector<const ActiveDeletion*> of_any_label_;
  std::unordered_map<const ActiveDeletion*, DeletionFilter::LinePredicate> tests_;
  std::unordered_map<LabelSet, DeletionRanges> by_stream_;
};

// Keeps the requests of a store. Safe from several threads: what is in force is replaced as a
// whole, and nobody who asks for it waits for the disk.
class DeletionRequests {
 public:
  // Returns kCorrupt or kUnsupported if the file cannot be read, and kInvalid if one of its queries
  // does not compile.
  static Result<std::unique_ptr<DeletionRequests>> open(FileSystem& files, std::string path,
                                                        DeletionCompiler compile,
                                                        uint64_t max_active);

  // Adds a request and returns its id; it is then durable. Returns kInvalid if the query does not
  // compile, and kLimit if too many are not processed yet.
  Result<std::string> add(const std::string& query, TimeRange range, Timestamp now);
  // Takes a request back. Returns kNotFound if no request has this id, kInvalid if it is processed,
  // and kUnavailable if it is older than cancel_period or begun, and not forced.
  Status cancel(const std::string& id, bool force, Timestamp now, Duration cancel_period);
  std::vector<DeleteRequest> list() const;  // by time of creation
  // Returns those that are not processed.
  std::shared_ptr<const ActiveDeletions> active() const;

  Status set_processed(const std::vector<std::string>& ids);
  void set_percent(const std::vector<std::string>& ids, uint32_t percent);  // not kept
  // Drops processed ones created before this.
  Status forget_processed(Timestamp created_before);

 private:
  DeletionRequests(FileSystem& files, std::string path, DeletionCompiler compile,
                   uint64_t max_active)
      : files_(files),
        path_(std::move(path)),
        compile_(std::move(compile)),
        max_active_(max_active) {}
  Status replace(std::vector<DeleteRequest> requests) REQUIRES(change_mutex_);
  // Does not compile `known` ones again.
  Result<std::shared_ptr<const ActiveDeletions>> compile_active(
      const std::vector<DeleteRequest>& requests, const ActiveDeletions& known) const;

  FileSystem& files_;
  const std::string path_;
  const DeletionCompiler compile_;
  const uint64_t max_active_;
  Mutex change_mutex_;   // held over the disk; before mutex_
  mutable Mutex mutex_;  // held to take or put what is below
  std::vector<DeleteRequest> requests_ GUARDED_BY(mutex_);
  std::shared_ptr<const ActiveDeletions> active_ GUARDED_BY(mutex_) =
      std::make_shared<const ActiveDeletions>();
};

std::string encode_deletions(const std::vector<DeleteRequest>& requests);
Result<std::vector<DeleteRequest>> decode_deletions(std::string_view bytes);

}  // namespace logsvc::store
