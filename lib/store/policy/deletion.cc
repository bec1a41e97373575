#include "store/policy/deletion.h"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <unordered_set>

#include "base/bytes.h"
#include "base/checksum.h"
#include "store/common/corrupt.h"

namespace logsvc::store {
namespace {

constexpr uint32_t kMagic = 0x3144474C;  // "LGD1"
constexpr uint16_t kVersion = 1;
constexpr uint64_t kMinRequestBytes = 6;
constexpr uint64_t kMostProcessed = 1000;  // so many are remembered

std::string label_key(const std::string& name, const std::string& value) {
  return name + '=' + value;  // a name has no '='
}

std::string make_id(const std::string& query, TimeRange range, Timestamp now) {
  const uint64_t hash =
      hash_bytes(query, static_cast<uint64_t>(range.start) ^ static_cast<uint64_t>(range.end) * 31 ^
                            static_cast<uint64_t>(now));
  char id[16];
  std::snprintf(id, sizeof id, "%08x", static_cast<unsigned>(hash));
  return id;
}

}  // namespace

std::string encode_deletions(const std::vector<DeleteRequest>& requests) {
  std::string out;
  put_u32(out, kMagic);
  put_u16(out, kVersion);
  put_varint(out, requests.size());
  for (const DeleteRequest& r : requests) {
    put_string(out, r.id);
    put_string(out, r.query);
    put_zigzag(out, r.range.start);
    put_zigzag(out, r.range.end);
    put_zigzag(out, r.created);
    put_u8(out, r.processed ? 1 : 0);
  }
  put_u64(out, hash_bytes(out));
  return out;
}

Result<std::vector<DeleteRequest>> decode_deletions(std::string_view bytes) {
  constexpr size_t kHashBytes = 8;
  if (bytes.size() < kHashBytes + 7 || load_fixed<uint32_t>(bytes.data()) != kMagic) {
    return corrupt("not a file of delete requests");
  }
  const std::string_view body = bytes.substr(0, bytes.size() - kHashBytes);
  if (load_fixed<uint64_t>(bytes.data() + body.size()) != hash_bytes(body)) {
    return corrupt("the delete requests do not verify");
  }
  ByteReader in(body);
  in.u32();
  if (const uint16_t version = in.u16(); version != kVersion) {
    return Error{ErrorCode::kUnsupported, "delete requests of version " + std::to_string(version) +
                                              "; another release wrote them"};
  }
  std::vector<DeleteRequest> out(in.count(kMinRequestBytes));
  for (DeleteRequest& r : out) {
    r.id = in.string();
    r.query = in.string();
    r.range.start = in.zigzag();
    r.range.end = in.zigzag();
    r.created = in.zigzag();
    r.processed = in.u8() != 0;
    r.percent = r.processed ? 100 : 0;
  }
  if (!in.done()) return corrupt("the delete requests do not end where their file does");
  return out;
}

DeletionMatcher::DeletionMatcher(std::shared_ptr<const ActiveDeletions> active, TimeRange range)
    : active_(std::move(active)) {
  for (const auto& d : *active_) {
    const TimeRange& about = d->request.range;
    if (about.empty() || !range.overlaps(about.start, about.end - 1)) continue;
    const auto& matchers = d->filter.matchers;
    const auto exact = std::find_if(matchers.begin(), matchers.end(), [](const Matcher& m) {
      return m.type() == MatchType::kEqual && !m.value().empty();
    });
    if (exact == matchers.end()) {
      of_any_label_.push_back(d.get());
    } else {
      by_label_[label_key(exact->name(), exact->value())].push_back(d.get());
    }
  }
}

const DeletionMatcher::DeletionRanges& DeletionMatcher::ranges_of(const LabelSet& stream) {
  const auto [found, is_new] = by_stream_.try_emplace(stream);
  DeletionRanges& out = found->second;
  if (!is_new) return out;
  const auto add = [&](const std::vector<const ActiveDeletion*>& candidates) {
    for (const ActiveDeletion* d : candidates) {
      if (matches_all(d->filter.matchers, stream)) out.push_back({d, 0});
    }
  };
  add(of_any_label_);
  for (const Label& label : stream.labels()) {
    const auto of_label = by_label_.find(label_key(label.name, label.value));
    if (of_label != by_label_.end()) add(of_label->second);
  }
  std::stable_sort(out.begin(), out.end(), [](const DeletionRange& a, const DeletionRange& b) {
    return a.deletion->request.range.start < b.deletion->request.range.start;
  });
  Timestamp latest = std::numeric_limits<Timestamp>::min();
  for (DeletionRange& m : out)
    m.latest_end = latest = std::max(latest, m.deletion->request.range.end);
  return out;
}

namespace {

// Calls `visit` for those whose range overlaps [first, last] until it returns true; returns whether
// it did.
template <typename DeletionRanges, typename Visit>
bool any_of_overlapping(const DeletionRanges& meant, Timestamp first, Timestamp last, Visit visit) {
  auto m = std::upper_bound(meant.begin(), meant.end(), last, [](Timestamp t, const auto& other) {
    return t < other.deletion->request.range.start;
  });
  while (m != meant.begin() && (--m)->latest_end > first) {
    if (m->deletion->request.range.end > first && visit(*m->deletion)) return true;
  }
  return false;
}

}  // namespace

bool DeletionMatcher::may_match(const LabelSet& stream, Timestamp first, Timestamp last) {
  if (is_empty()) return false;
  return any_of_overlapping(ranges_of(stream), first, last,
                            [](const ActiveDeletion&) { return true; });
}

bool DeletionMatcher::matches(const LabelSet& stream, const Entry& entry) {
  if (is_empty()) return false;
  return any_of_overlapping(ranges_of(stream), entry.timestamp, entry.timestamp,
                            [&](const ActiveDeletion& d) { return tests(d, stream, entry); });
}

bool DeletionMatcher::tests(const ActiveDeletion& deletion, const LabelSet& stream,
                            const Entry& entry) {
  if (!deletion.filter.make_line_predicate) return true;
  DeletionFilter::LinePredicate& test = tests_[&deletion];
  if (!test) test = deletion.filter.make_line_predicate();
  return test(stream, entry);
}

Result<std::unique_ptr<DeletionRequests>> DeletionRequests::open(FileSystem& files,
                                                                 std::string path,
                                                                 DeletionCompiler compile,
                                                                 uint64_t max_active) {
  auto out = std::unique_ptr<DeletionRequests>(
      new DeletionRequests(files, std::move(path), std::move(compile), max_active));
  if (!files.exists(out->path_)) return out;
  ASSIGN_OR_RETURN(const std::string bytes, files.read_all(out->path_));
  auto requests = decode_deletions(bytes);
  if (!requests.ok()) {
    return Error{requests.error().code, out->path_ + ": " + requests.error().message};
  }
  ASSIGN_OR_RETURN(auto active, out->compile_active(*requests, {}));
  MutexLock lock(out->mutex_);
  out->requests_ = std::move(*requests);
  out->active_ = std::move(active);
  return out;
}

Result<std::shared_ptr<const ActiveDeletions>> DeletionRequests::compile_active(
    const std::vector<DeleteRequest>& requests, const ActiveDeletions& known) const {
  std::unordered_map<std::string_view, std::shared_ptr<const ActiveDeletion>> by_id;
  for (const auto& d : known) by_id[d->request.id] = d;
  auto active = std::make_shared<ActiveDeletions>();
  for (const DeleteRequest& r : requests) {
    if (r.processed) continue;
    if (const auto found = by_id.find(r.id); found != by_id.end()) {
      active->push_back(found->second);
      continue;
    }
    if (!compile_) return Error{ErrorCode::kUnsupported, "there is nothing to read queries with"};
    ASSIGN_OR_RETURN(DeletionFilter filter, compile_(r.query));
    active->push_back(std::make_shared<const ActiveDeletion>(ActiveDeletion{r, std::move(filter)}));
  }
  return std::shared_ptr<const ActiveDeletions>(std::move(active));
}

// Writes the file first: what is not durable is not in force.
Status DeletionRequests::replace(std::vector<DeleteRequest> requests) {
  const auto known = active();
  ASSIGN_OR_RETURN(auto next, compile_active(requests, *known));
  RETURN_IF_ERROR(files_.replace(path_, encode_deletions(requests)));
  MutexLock lock(mutex_);
  requests_ = std::move(requests);
  active_ = std::move(next);
  return {};
}

Result<std::string> DeletionRequests::add(const std::string& query, TimeRange range,
                                          Timestamp now) {
  MutexLock change(change_mutex_);
  if (active()->size() >= max_active_) {
    return Error{ErrorCode::kLimit,
                 "too many active delete requests (limit: " + std::to_string(max_active_) +
                     "): wait until some are processed, or cancel some"};
  }
  std::vector<DeleteRequest> requests = list();
  DeleteRequest request{make_id(query, range, now), query, range, now};
  const auto taken = [&] {
    return std::any_of(requests.begin(), requests.end(),
                       [&](const DeleteRequest& r) { return r.id == request.id; });
  };
  for (Timestamp salt = now + 1; taken(); ++salt) request.id = make_id(query, range, salt);
  if (requests.size() >= max_active_ + kMostProcessed) {
    const auto oldest = std::find_if(requests.begin(), requests.end(),
                                     [](const DeleteRequest& r) { return r.processed; });
    if (oldest != requests.end()) requests.erase(oldest);
  }
  requests.push_back(request);
  RETURN_IF_ERROR(replace(std::move(requests)));
  return request.id;
}

Status DeletionRequests::cancel(const std::string& id, bool force, Timestamp now,
                                Duration cancel_period) {
  MutexLock change(change_mutex_);
  std::vector<DeleteRequest> requests = list();
  const auto found = std::find_if(requests.begin(), requests.end(),
                                  [&](const DeleteRequest& r) { return r.id == id; });
  if (found == requests.end()) {
    return Error{ErrorCode::kNotFound, "could not find delete request with given id"};
  }
  if (found->processed) {
    return invalid("deletion of request which is in process or already processed is not allowed");
  }
  if (!force && (found->percent > 0 || now >= add_saturated(found->created, cancel_period))) {
    return Error{ErrorCode::kUnavailable, "too late"};
  }
  requests.erase(found);
  return replace(std::move(requests));
}

std::vector<DeleteRequest> DeletionRequests::list() const {
  MutexLock lock(mutex_);
  return requests_;
}

std::shared_ptr<const ActiveDeletions> DeletionRequests::active() const {
  MutexLock lock(mutex_);
  return active_;
}

Status DeletionRequests::set_processed(const std::vector<std::string>& ids) {
  const std::unordered_set<std::string> these(ids.begin(), ids.end());
  MutexLock change(change_mutex_);
  std::vector<DeleteRequest> requests = list();
  for (DeleteRequest& r : requests) {
    if (!these.count(r.id)) continue;
    r.processed = true;
    r.percent = 100;
  }
  return replace(std::move(requests));
}

void DeletionRequests::set_percent(const std::vector<std::string>& ids, uint32_t percent) {
  const std::unordered_set<std::string> these(ids.begin(), ids.end());
  MutexLock change(change_mutex_);
  MutexLock lock(mutex_);
  for (DeleteRequest& r : requests_) {
    if (these.count(r.id)) r.percent = percent;
  }
}

Status DeletionRequests::forget_processed(Timestamp created_before) {
  MutexLock change(change_mutex_);
  std::vector<DeleteRequest> requests = list();
  const auto old = [&](const DeleteRequest& r) {
    return r.processed && r.created < created_before;
  };
  if (std::erase_if(requests, old) == 0) return {};
  return replace(std::move(requests));
}

}  // namespace logsvc::store
