#include "store/deletion.h"

#include <algorithm>
#include <cstdio>

#include "base/bytes.h"
#include "base/checksum.h"
#include "store/corrupt.h"

namespace logsvc::store {
namespace {

constexpr uint32_t kMagic = 0x3144474C;  // "LGD1"
constexpr uint16_t kVersion = 1;
constexpr uint64_t kMinRequestBytes = 6;

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

const std::vector<DeletionMatcher::Meant>& DeletionMatcher::meant(const LabelSet& stream) {
  const auto [found, is_new] = by_stream_.try_emplace(stream);
  if (!is_new) return found->second;
  for (const auto& d : *active_) {
    if (!matches_all(d->filter.matchers, stream)) continue;
    DeletionFilter::LineTest* test = nullptr;
    if (d->filter.make_line_test) {
      test = &tests_[d.get()];
      if (!*test) *test = d->filter.make_line_test();
    }
    found->second.push_back({d.get(), test});
  }
  return found->second;
}

bool DeletionMatcher::may_match(const LabelSet& stream, Timestamp first, Timestamp last) {
  if (is_empty()) return false;
  const auto& list = meant(stream);
  return std::any_of(list.begin(), list.end(), [&](const Meant& m) {
    return m.deletion->request.range.overlaps(first, last);
  });
}

bool DeletionMatcher::matches(const LabelSet& stream, const Entry& entry) {
  if (is_empty()) return false;
  for (const Meant& m : meant(stream)) {
    if (!m.deletion->request.range.contains(entry.timestamp)) continue;
    if (!m.test || (*m.test)(stream, entry)) return true;
  }
  return false;
}

Result<std::unique_ptr<DeletionRequests>> DeletionRequests::open(FileSystem& files,
                                                                 std::string path,
                                                                 DeletionCompiler compile) {
  auto out = std::unique_ptr<DeletionRequests>(
      new DeletionRequests(files, std::move(path), std::move(compile)));
  if (!files.exists(out->path_)) return out;
  ASSIGN_OR_RETURN(const std::string bytes, files.read_all(out->path_));
  auto requests = decode_deletions(bytes);
  if (!requests.ok()) {
    return Error{requests.error().code, out->path_ + ": " + requests.error().message};
  }
  ASSIGN_OR_RETURN(auto active, out->compile_active(*requests));
  MutexLock lock(out->mutex_);
  out->requests_ = std::move(*requests);
  out->active_ = std::move(active);
  return out;
}

Result<std::shared_ptr<const ActiveDeletions>> DeletionRequests::compile_active(
    const std::vector<DeleteRequest>& requests) const {
  auto active = std::make_shared<ActiveDeletions>();
  for (const DeleteRequest& r : requests) {
    if (r.processed) continue;
    if (!compile_) return Error{ErrorCode::kUnsupported, "there is nothing to read queries with"};
    ASSIGN_OR_RETURN(DeletionFilter filter, compile_(r.query));
    active->push_back(std::make_shared<const ActiveDeletion>(ActiveDeletion{r, std::move(filter)}));
  }
  return std::shared_ptr<const ActiveDeletions>(std::move(active));
}

// File first: what is not durable is not in force.
Status DeletionRequests::replace(std::vector<DeleteRequest> requests) {
  ASSIGN_OR_RETURN(auto active, compile_active(requests));
  RETURN_IF_ERROR(files_.replace(path_, encode_deletions(requests)));
  requests_ = std::move(requests);
  active_ = std::move(active);
  return {};
}

Result<std::string> DeletionRequests::add(const std::string& query, TimeRange range,
                                          Timestamp now) {
  MutexLock lock(mutex_);
  std::vector<DeleteRequest> requests = requests_;
  DeleteRequest request{make_id(query, range, now), query, range, now};
  const auto taken = [&] {
    return std::any_of(requests.begin(), requests.end(),
                       [&](const DeleteRequest& r) { return r.id == request.id; });
  };
  for (Timestamp salt = now + 1; taken(); ++salt) request.id = make_id(query, range, salt);
  requests.push_back(request);
  RETURN_IF_ERROR(replace(std::move(requests)));
  return request.id;
}

Status DeletionRequests::cancel(const std::string& id, bool force, Timestamp now,
                                Duration cancel_period) {
  MutexLock lock(mutex_);
  std::vector<DeleteRequest> requests = requests_;
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

Status DeletionRequests::set_processed(const std::string& id) {
  MutexLock lock(mutex_);
  std::vector<DeleteRequest> requests = requests_;
  for (DeleteRequest& r : requests) {
    if (r.id != id) continue;
    r.processed = true;
    r.percent = 100;
  }
  return replace(std::move(requests));
}

void DeletionRequests::set_percent(const std::string& id, uint32_t percent) {
  MutexLock lock(mutex_);
  for (DeleteRequest& r : requests_) {
    if (r.id == id) r.percent = percent;
  }
}

Status DeletionRequests::forget_processed(Timestamp created_before) {
  MutexLock lock(mutex_);
  std::vector<DeleteRequest> requests = requests_;
  const auto old = [&](const DeleteRequest& r) {
    return r.processed && r.created < created_before;
  };
  if (std::erase_if(requests, old) == 0) return {};
  return replace(std::move(requests));
}

}  // namespace logsvc::store
